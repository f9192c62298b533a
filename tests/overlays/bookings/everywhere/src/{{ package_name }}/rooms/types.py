"""A column type of our own."""

from sqlalchemy import Dialect, Integer
from sqlalchemy.types import TypeDecorator


class Colour(TypeDecorator[str]):
    """A colour such as `#ff8800`, stored as the number that it is."""

    impl = Integer
    cache_ok = True

    @property
    def python_type(self) -> type[str]:
        """The type of the values, not of what is stored."""
        return str

    def process_bind_param(self, value: str | None, dialect: Dialect) -> int | None:
        """Return the number of a colour."""
        return None if value is None else int(value.removeprefix("#"), 16)

    def process_result_value(self, value: int | None, dialect: Dialect) -> str | None:
        """Return the colour of a number."""
        return None if value is None else f"#{value:06x}"
