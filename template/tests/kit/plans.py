"""What the database plans to do with a statement."""

import json
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement


@dataclass(frozen=True)
class Plan:
    """A plan; true if an index is used. Its representation is what the database says."""

    indexes: frozenset[str]
    text: str

    def __bool__(self) -> bool:
        """Return whether an index is used."""
        return bool(self.indexes)

    def __repr__(self) -> str:
        """Return the words of the database: pytest shows them where an assertion fails."""
        return self.text


class _Explain(Executable, ClauseElement):
    """EXPLAIN before a statement, with its parameters."""

    inherit_cache = False

    def __init__(self, statement: Any) -> None:
        self.statement = statement


@compiles(_Explain, "sqlite")
def _on_sqlite(element: _Explain, compiler: Any, **options: Any) -> str:
    return f"EXPLAIN QUERY PLAN {compiler.process(element.statement, **options)}"


@compiles(_Explain, "postgresql")
def _on_postgres(element: _Explain, compiler: Any, **options: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **options)}"


async def uses_index(session: AsyncSession, statement: Any) -> Plan:
    """Return the plan of a statement, and the indexes that it uses.

    The tables of a test are small, so Postgres is told not to read them as a whole if there is
    another way.
    """
    if session.get_bind().dialect.name == "sqlite":
        rows = (await session.execute(_Explain(statement))).all()
        lines = [str(row[-1]) for row in rows]
        used = [
            re.findall(r"USING (?:COVERING )?(INDEX \w+|INTEGER PRIMARY KEY)", line)
            for line in lines
        ]
        names = {name.removeprefix("INDEX ") for found in used for name in found}
        return Plan(frozenset(names), "\n".join(lines))
    async with session.begin_nested() as savepoint:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await session.scalar(_Explain(statement))
        await savepoint.rollback()
    described = json.dumps(plan, indent=2) if not isinstance(plan, str) else plan
    return Plan(frozenset(re.findall(r'"Index Name": "([^"]+)"', described)), described)
