from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str
    secret: str


def get_settings() -> Settings:
    return Settings()
