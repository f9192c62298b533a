"""What Alembic loses on SQLite: AUTOINCREMENT, expressions, and what foreign keys do.

SQLAlchemy does not reflect them, or not always. So a table that is changed by copying it would come
back without them, and so would one that a downgrade creates again.
"""

import re
from typing import Any

from alembic.ddl.sqlite import SQLiteImpl
from alembic.operations import ops
from alembic.operations.batch import ApplyBatchImpl
from alembic.runtime.migration import MigrationContext
from alembic.util.sqla_compat import is_expression_index
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine.reflection import Inspector

TABLE = text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
# An index on a column names its number, one on an expression has -2 there.
EXPRESSION_INDEXES = text(
    "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index'"
    " AND EXISTS (SELECT * FROM pragma_index_info(sqlite_master.name) WHERE cid = -2)"
)
ACTION = r"SET NULL|SET DEFAULT|CASCADE|RESTRICT|NO ACTION"
QUOTED_OR_BRACKET = re.compile(r"""'[^']*'|"[^"]*"|[()]""")


class CompleteSQLiteImpl(SQLiteImpl):
    """Alembic's support of SQLite, made complete. Alembic takes the last class for a dialect."""

    __dialect__ = "sqlite"

    def autogen_column_reflect(
        self, inspector: Inspector, table: Table, column_info: dict[str, Any]
    ) -> None:
        """Complete what is reflected of a column, and with the first column of its table."""
        super().autogen_column_reflect(inspector, table, column_info)
        connection = self.connection
        if connection is None:
            return
        created = connection.scalar(TABLE, {"table": table.name}) or ""
        if "computed" in column_info:
            column_info["computed"]["sqltext"] = _computed(column_info["name"], created)
        if not table.columns:
            if "AUTOINCREMENT" in created.upper():
                table.kwargs["sqlite_autoincrement"] = True
            for name, indexed, sql in connection.execute(EXPRESSION_INDEXES).all():
                if indexed == table.name:
                    table.indexes.add(_index(table, name, sql))

    def _guess_if_default_is_unparenthesized_sql_expr(self, expr: str | None) -> bool:
        # Alembic would put the empty text into brackets, and then find that it changed.
        return expr != "''" and super()._guess_if_default_is_unparenthesized_sql_expr(expr)

    def compare_server_default(
        self,
        inspector_column: Column[Any],
        metadata_column: Column[Any],
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        """Return whether two defaults differ. Two empty texts do not, which Alembic misses."""
        if (rendered_metadata_default, rendered_inspector_default) == ("", "''"):
            return False
        return super().compare_server_default(
            inspector_column,
            metadata_column,
            rendered_metadata_default,
            rendered_inspector_default,
        )

    def prep_table_for_batch(self, batch_impl: ApplyBatchImpl, table: Table) -> None:
        """Before a table is copied, leave out what cannot be, and add what is not reflected."""
        super().prep_table_for_batch(batch_impl, table)
        if self.connection is not None and batch_impl.new_table is not None:
            created = self.connection.scalar(TABLE, {"table": batch_impl.table.name}) or ""
            _complete_foreign_keys(batch_impl.new_table, created)
        _leave_out_generated_values(batch_impl)
        _leave_out_checks_of_dropped_columns(batch_impl)

    def correct_for_autogen_constraints(
        self,
        conn_unique_constraints: set[UniqueConstraint],
        conn_indexes: set[Index],
        metadata_unique_constraints: set[UniqueConstraint],
        metadata_indexes: set[Index],
    ) -> None:
        """Leave out the indexes on expressions, as they cannot be compared."""
        expressions = {index for index in metadata_indexes if is_expression_index(index)}
        names = {index.name for index in expressions}
        metadata_indexes -= expressions
        conn_indexes -= {index for index in conn_indexes if index.name in names}


def process_revision_directives(
    context: MigrationContext, revision: object, directives: list[ops.MigrationScript]
) -> None:
    """Create and drop indexes on expressions as the models say: Alembic does not compare them."""
    [script] = directives
    upgrade, downgrade = script.upgrade_ops, script.downgrade_ops
    if upgrade is None or downgrade is None or context.connection is None:
        return
    tables = context.opts["target_metadata"].tables
    models = [index for table in tables.values() for index in table.indexes]
    stored = context.connection.execute(EXPRESSION_INDEXES).all()
    every = context.connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars().all()
    for index in models:
        if is_expression_index(index) and index.name not in every:
            upgrade.ops.append(ops.CreateIndexOp.from_index(index))
            downgrade.ops.insert(0, ops.DropIndexOp.from_index(index))
    for name, table, sql in stored:
        if name not in {index.name for index in models}:
            if table in tables:  # else it goes with its table
                upgrade.ops.insert(0, ops.ExecuteSQLOp(f"DROP INDEX {name}"))
            downgrade.ops.append(ops.ExecuteSQLOp(_escaped(sql)))


def _complete_foreign_keys(table: Table, created: str) -> None:
    """Restore names and actions of the foreign keys that stand behind their columns."""
    for key in table.foreign_key_constraints:
        if key.name is None and len(key.column_keys) == 1:
            column = re.escape(key.column_keys[0])
            pattern = rf"""[("`\[\s,]{column}["`\]]?\s(?:\([^)]*\)|[^,()])*?REFERENCES[^,]*"""
            if found := re.search(pattern, created, re.IGNORECASE):
                _complete_foreign_key(key, " ".join(found[0].split()))


def _complete_foreign_key(key: ForeignKeyConstraint, definition: str) -> None:
    def word(pattern: str) -> str | None:
        found = re.search(pattern, definition, re.IGNORECASE)
        return found[1] if found else None

    key.name = word(r"""CONSTRAINT ["`\[]?(\w+)["`\]]? REFERENCES""")
    key.ondelete, key.onupdate = word(f"ON DELETE ({ACTION})"), word(f"ON UPDATE ({ACTION})")
    key.initially = word("INITIALLY (DEFERRED|IMMEDIATE)")
    if deferrable := word("((?:NOT )?DEFERRABLE)"):
        key.deferrable = not deferrable.upper().startswith("NOT")


def _leave_out_generated_values(batch: ApplyBatchImpl) -> None:
    for name, column in batch.columns.items():
        if column.computed is not None:
            batch.column_transfers.pop(name, None)


def _leave_out_checks_of_dropped_columns(batch: ApplyBatchImpl) -> None:
    """Drop the checks of a column together with it, as other databases do."""
    dropped = batch.table.columns.keys() - batch.columns.keys()
    if batch.new_table is None or not dropped:
        return
    names = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in dropped))
    for constraint in list(batch.new_table.constraints):
        if isinstance(constraint, CheckConstraint) and names.search(str(constraint.sqltext)):
            batch.new_table.constraints.discard(constraint)


def _computed(column: str, created: str) -> str:
    """Return the expression of a generated column, from the statement that created its table."""
    pattern = rf"""[("`\[\s,]{re.escape(column)}["`\]]?\s[^\n]*?\sAS\s*(?=\()"""
    definition = re.search(pattern, created, re.IGNORECASE)
    return _bracketed(created, definition.end())[0] if definition else ""


def _index(table: Table, name: str, sql: str) -> Index:
    """Return an index of a reflected table, from the statement that created it."""
    expressions, where = _bracketed(sql, sql.index("(", len(name)))
    return Index(
        name,
        text(_escaped(expressions)),
        unique=sql.upper().startswith("CREATE UNIQUE"),
        sqlite_where=text(_escaped(where[len("WHERE") :])) if where else None,
        _table=table,
    )


def _bracketed(sql: str, start: int) -> tuple[str, str]:
    """Return what is between the bracket at `start` and its partner, and what follows."""
    depth = 0
    for token in QUOTED_OR_BRACKET.finditer(sql, start):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if depth == 0:
            return sql[start + 1 : token.start()], sql[token.end() :].strip()
    raise ValueError(f"a bracket is not closed: {sql}")


def _escaped(sql: str) -> str:
    """Return SQL as `text` takes it, for which a colon starts a parameter."""
    return sql.replace(":", r"\:")
