"""Migrations of a domain that the template does not know, written as a team would write them.

Models with a column of every kind, revisions by `alembic revision --autogenerate`, two heads and
their merge, a column that goes: the project's own tests of migrations have to pass on all of it.
"""

import re
from pathlib import Path

import pytest

from tests import template
from tests.shell import OWN_COMMANDS, run

ENVIRONMENT = {"ENVIRONMENT": "development"}

MODELS = '''"""Things that are sold."""

import enum
import uuid
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Computed, Enum, ForeignKey, Index, Numeric, String
from sqlalchemy import func, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from ..db.base import Base
from ..db.types import BigId, UtcDateTime


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Cents(TypeDecorator[Decimal]):
    impl = sa.Integer
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else int(value * 100)


class Product(Base):
    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("price >= 5", name="price"),
        CheckConstraint("ends_on > starts_on", name="period"),
        CheckConstraint("grade IN ('a', 'b')", name="grade"),
        Index("ix_products_name_lower", func.lower(text("name")), unique=True),
        Index("ix_products_sold", "sold", postgresql_where=text("sold"), sqlite_where=text("sold")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str] = mapped_column(String(200))
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    share: Mapped[Decimal] = mapped_column(Numeric(2, 2))
    cost: Mapped[Decimal] = mapped_column(Cents)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    opens: Mapped[time]
    lasts: Mapped[timedelta]
    weight: Mapped[float]
    sold: Mapped[bool]
    grade: Mapped[str] = mapped_column(String(1))
    colour: Mapped[Colour]
    size: Mapped[Colour] = mapped_column(
        Enum(Colour, native_enum=False, create_constraint=True, name="size")
    )
    picture: Mapped[bytes]
    options: Mapped[Any] = mapped_column(sa.JSON, server_default=text("'{}'"))
    data: Mapped[Any] = mapped_column(sa.JSON().with_variant(postgresql.JSONB(), "postgresql"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())
    remark: Mapped[str | None] = mapped_column(String(20), server_default="")
    double: Mapped[Decimal] = mapped_column(Numeric(12, 2), Computed("price * 2", persisted=True))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)


class Shelf(Base):
    __tablename__ = "shelves"
    __table_args__ = (
        sa.ForeignKeyConstraint(["hall", "below"], ["shelves.hall", "shelves.number"]),
    )
    hall: Mapped[str] = mapped_column(String(5), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    below: Mapped[int | None]


class Node(Base):
    __tablename__ = "nodes"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("nodes.id"))


class Team(Base):
    __tablename__ = "teams"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("members.id", use_alter=True))


class Member(Base):
    __tablename__ = "members"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", deferrable=True))


tags = sa.Table(
    "product_tags",
    Base.metadata,
    sa.Column("product_id", sa.Uuid, ForeignKey("products.id"), primary_key=True),
    sa.Column("shelf", sa.Integer, primary_key=True),
)
'''

BLOCK = """with op.get_context().autocommit_block():
        op.execute("ALTER TYPE colour ADD VALUE IF NOT EXISTS 'GREEN'")
        op.create_index("ix_products_grade", "products", ["grade"], postgresql_concurrently=True)"""
UNDO_BLOCK = """op.drop_index("ix_products_grade")
    op.execute("ALTER TYPE colour RENAME TO colour_before")
    op.execute("CREATE TYPE colour AS ENUM ('RED', 'BLUE')")
    op.execute("ALTER TABLE products ALTER colour TYPE colour USING colour::text::colour")
    op.execute("DROP TYPE colour_before")"""
INDEX = 'op.create_index("ix_products_grade", "products", ["grade"])'
UNDO_INDEX = 'op.drop_index("ix_products_grade")'


@pytest.mark.parametrize("name", ["sqlite-alembic-none", "postgres-alembic-none"])
def test_migrations_of_another_domain_pass(name: str, tmp_path: Path) -> None:
    """Two heads are refused in one line that names the merge; after it everything passes."""
    project = template.render(template.answers_of(name), tmp_path / "project").path
    on_postgres = name.startswith("postgres")
    models = project / "src" / "my_service" / "shop" / "models.py"
    models.parent.mkdir()
    (models.parent / "__init__.py").write_text('"""Shop."""\n')
    models.write_text(MODELS)
    _change(
        models.parents[1] / "models.py", "from .users", "from .shop import models as _\nfrom .users"
    )

    _alembic(project, "upgrade", "head")
    _alembic(project, "revision", "--autogenerate", "-m", "shop")
    _change(
        models,
        '        Index("ix_products_sold"',
        '        Index("ix_products_grade", "grade"),\n        Index("ix_products_sold"',
    )
    if on_postgres:
        _change(models, '    BLUE = "blue"\n', '    BLUE = "blue"\n    GREEN = "green"\n')
        # A check of an enumerated column that is none of Postgres' types changes with the enum.
        _change(models, "Enum(Colour, native_enum=False", 'Enum("RED", "BLUE", native_enum=False')
    one = _write(
        project, "one", BLOCK if on_postgres else INDEX, UNDO_BLOCK if on_postgres else UNDO_INDEX
    )
    shop = re.search('down_revision = "(.+)"', one.read_text())
    assert shop is not None
    _write(
        project,
        "two",
        'op.execute("UPDATE products SET name = name")',
        "pass",
        "--head",
        shop[1],
        "--splice",
    )

    refused = run(["uv", "run", "my-service", "migrate"], folder=project, environment=ENVIRONMENT)
    assert refused.code == 1
    assert re.search(r"(?m)^Error: .+: run `uv run alembic merge heads .+`$", refused.output)
    assert "Traceback" not in refused.output
    failed = run(["uv", "run", "pytest", "-q", "tests/migrations"], folder=project)
    assert re.search("(?m)^(1 failed, )?1 error in", failed.output), failed.output
    assert "no database for the tests: the migrations have several heads" in failed.output
    _alembic(project, "merge", "heads", "-m", "both")
    run(["uv", "run", "my-service", "migrate"], folder=project, environment=ENVIRONMENT).check()
    _change(
        models,
        '    remark: Mapped[str | None] = mapped_column(String(20), server_default="")\n',
        "",
    )
    _alembic(project, "revision", "--autogenerate", "-m", "no remark")

    run([OWN_COMMANDS / "ruff", "check", "migrations"], folder=project).check()
    run([OWN_COMMANDS / "ruff", "format", "--check", "migrations"], folder=project).check()
    output = run(["uv", "run", "pytest", "-q", "tests/migrations"], folder=project).check()
    assert re.search(r"\d+ passed in", output), output


def _alembic(project: Path, *words: str) -> str:
    return run(["uv", "run", "alembic", *words], folder=project, environment=ENVIRONMENT).check()


def _write(project: Path, message: str, code: str, undo: str, *options: str) -> Path:
    """Write a revision by hand."""
    _alembic(project, "revision", "-m", message, *options)
    [path] = (project / "migrations" / "versions").glob(f"*_{message}.py")
    _change(path, '"""Apply this revision."""\n', f'"""Apply this revision."""\n    {code}\n')
    _change(path, '"""Undo this revision."""\n', f'"""Undo this revision."""\n    {undo}\n')
    return path


def _change(path: Path, old: str, new: str) -> None:
    """Replace a text that is in the file, once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), encoding="utf-8")
