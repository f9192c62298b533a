from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="TICKETING_")

    database_url: str = "sqlite+aiosqlite:///tickets.db"


settings = Settings()
