"""What Alembic gets wrong on Postgres: enumerated types, and defaults of type JSON.

Postgres keeps an enumerated type beside the tables that use it. Alembic creates such a type with
the first table and never drops it. Here statements of their own create and drop it, and no table.
"""

from collections.abc import Iterable, Iterator
from typing import Any, TypeGuard

from alembic.autogenerate.api import AutogenContext
from alembic.ddl.postgresql import PostgresqlImpl
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import ARRAY, Column, Dialect, Enum, ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSON, JSONB, CreateEnumType, DropEnumType
from sqlalchemy.types import TypeDecorator, TypeEngine

ENUMS = "SELECT typname FROM pg_type WHERE typtype = 'e'"

Enums = dict[str | None, Enum]


class CompletePostgresqlImpl(PostgresqlImpl):
    """Alembic's support of Postgres, made complete. Alembic takes the last class for a dialect."""

    __dialect__ = "postgresql"

    def compare_server_default(
        self,
        inspector_column: Column[Any],
        metadata_column: Column[Any],
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        """Return whether two defaults differ: as text if they are JSON, for Postgres cannot."""
        if isinstance(inspector_column.type, JSON) and not isinstance(inspector_column.type, JSONB):
            stored, model = (
                default and default.removesuffix("::json").strip("'")
                for default in (rendered_inspector_default, rendered_metadata_default)
            )
            return stored != model
        arguments = (metadata_column, rendered_metadata_default, rendered_inspector_default)
        return bool(
            super().compare_server_default(inspector_column, *arguments)  # type: ignore[no-untyped-call]
        )


def is_native_enum(item: TypeEngine[Any]) -> TypeGuard[Enum]:
    """Return whether Postgres keeps the type under a name of its own."""
    return isinstance(item, Enum) and item.native_enum


def render_enum(item: Enum, autogenerate: AutogenContext) -> str:
    """Write a type that is not created together with its table."""
    autogenerate.imports.add("from sqlalchemy.dialects import postgresql")
    labels = ", ".join(map(repr, item.enums))
    schema = f", schema={item.schema!r}" if item.schema else ""
    return f"postgresql.ENUM({labels}, name={item.name!r}{schema}, create_type=False)"


def process_revision_directives(
    context: MigrationContext, revision: object, directives: list[ops.MigrationScript]
) -> None:
    """Write what belongs to no single table: enumerated types, and keys between two new tables."""
    [script] = directives
    upgrade, downgrade = script.upgrade_ops, script.downgrade_ops
    if upgrade is not None and downgrade is not None:
        _add_circular_keys(upgrade, downgrade)
        _add_enumerated_types(context, upgrade, downgrade)


def _add_circular_keys(upgrade: ops.UpgradeOps, downgrade: ops.DowngradeOps) -> None:
    """Create the keys with `use_alter=True` when their tables are there, as the models ask for."""
    keys = [
        item
        for operation in upgrade.ops
        if isinstance(operation, ops.CreateTableOp)
        for item in operation.columns
        if isinstance(item, ForeignKeyConstraint) and item.use_alter
    ]
    upgrade.ops += [ops.CreateForeignKeyOp.from_constraint(key) for key in keys]
    downgrade.ops[:0] = [ops.DropConstraintOp.from_constraint(key) for key in keys]


def _add_enumerated_types(
    context: MigrationContext, upgrade: ops.UpgradeOps, downgrade: ops.DowngradeOps
) -> None:
    """Create the types that the models add and drop those that they no longer use; and back."""
    if context.connection is None:
        return
    tables = context.opts["target_metadata"].tables.values()
    used = _enums((column.type for table in tables for column in table.c), context.dialect)
    stored = context.connection.exec_driver_sql(ENUMS).scalars().all()
    added = _enums(_types(upgrade.ops), context.dialect, but_not=stored)
    removed = _enums(_types(downgrade.ops), context.dialect, but_not=used)
    for script_ops, first, last in ((upgrade, added, removed), (downgrade, removed, added)):
        create = [_statement(CreateEnumType(enum), context) for enum in first.values()]
        drop = [_statement(DropEnumType(enum), context) for enum in last.values()]
        script_ops.ops[:] = [*create, *script_ops.ops, *drop]


def _types(operations: Iterable[ops.MigrateOperation]) -> Iterator[TypeEngine[Any]]:
    """Return the types of the columns that operations create or change."""
    for operation in operations:
        if isinstance(operation, ops.OpContainer):
            yield from _types(operation.ops)
        elif isinstance(operation, ops.CreateTableOp):
            yield from (item.type for item in operation.columns if isinstance(item, Column))
        elif isinstance(operation, ops.AddColumnOp):
            yield operation.column.type
        elif isinstance(operation, ops.AlterColumnOp) and operation.modify_type is not None:
            yield operation.modify_type


def _enums(
    types: Iterable[TypeEngine[Any]], dialect: Dialect, *, but_not: Iterable[str | None] = ()
) -> Enums:
    """Return the enumerated types among `types`, by name."""
    found = (_innermost(item, dialect) for item in types)
    return {enum.name: enum for enum in found if is_native_enum(enum) and enum.name not in but_not}


def _innermost(item: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """Return what an array holds, and what a `TypeDecorator` stores."""
    item = item._variant_mapping.get(dialect.name, item)
    if isinstance(item, TypeDecorator):
        return _innermost(item.load_dialect_impl(dialect), dialect)
    return _innermost(item.item_type, dialect) if isinstance(item, ARRAY) else item


def _statement(ddl: CreateEnumType | DropEnumType, context: MigrationContext) -> ops.ExecuteSQLOp:
    # Where a colon would be read as the start of a parameter.
    return ops.ExecuteSQLOp(str(ddl.compile(dialect=context.dialect)).replace(":", r"\:"))
