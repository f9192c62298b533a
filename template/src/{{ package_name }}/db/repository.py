"""The base class of repositories."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from ..core.pagination import Paging, Rows, Sort
from .base import Base
from .time_limit import execute_within

Model = TypeVar("Model", bound=Base)
T = TypeVar("T")


class Repository(Generic[Model]):
    """Finds and stores the rows of one model within one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: Model) -> None:
        """Store a new row; it has an id afterwards."""
        self._session.add(row)
        await self._session.flush()

    def assign(self, row: Model, values: Mapping[str, Any]) -> bool:
        """Set attributes of a row. Return whether that changes anything that is stored."""
        for name, value in values.items():
            setattr(row, name, value)
        return self._session.is_modified(row)

    async def save(self) -> None:
        """Write what was changed about rows that came from here.

        Raises `StaleDataError` where one has a version and somebody else has changed it since.
        """
        await self._session.flush()

    async def delete(self, row: Model) -> None:
        """Remove a row, and what belongs to it."""
        await self._session.delete(row)
        await self._session.flush()

    async def _one(self, statement: Select[T]) -> T | None:
        return (await self._session.scalars(statement)).one_or_none()

    async def _page(
        self,
        statement: Select[Model],
        sort: Sort,
        paging: Paging,
        *,
        seconds: float | None = None,
        **equal: Any,
    ) -> Rows[Model]:
        """Return one page of the rows that equal these values, of which None means any.

        One row more than asked for is read: it tells whether there is a next page.
        Raise `Unprocessable` for a cursor that is not one of this list, and `Unavailable` if it
        takes longer than `seconds`.
        """
        known = {name: value for name, value in equal.items() if value is not None}
        statement = statement.filter_by(**known)
        if paging.cursor is not None:
            statement = statement.where(sort.after(paging.cursor))
        paged = statement.add_columns(*sort.selected).order_by(*sort.order_by())
        limited = paged.limit(paging.limit + 1)
        if seconds is None:
            found = (await self._session.execute(limited)).all()
        else:
            found = (await execute_within(self._session, seconds, limited)).all()
        rows = [row[0] for row in found[: paging.limit]]
        if len(found) <= paging.limit:
            return Rows(rows, None)
        return Rows(rows, sort.cursor(*found[paging.limit - 1]))
