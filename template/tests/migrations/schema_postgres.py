"""What is in a Postgres database, in the words of Postgres: it spells equal things equally."""

from sqlalchemy import Connection, text

# Not what belongs to the server or to an extension.
_OWN = """
    nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend AS of WHERE of.objid = {oid} AND of.deptype = 'e')
"""
_TABLE = "CASE WHEN pg_table_is_visible({0}.oid) THEN '' ELSE nspname || '.' END || {0}.relname"
_NAME = _TABLE.format("c")

_QUERIES = {
    "table": f"""
        SELECT {_NAME}, '' FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
        WHERE relkind IN ('r', 'p') AND NOT relispartition AND {_OWN.format(oid="c.oid")}
    """,
    "column": f"""
        SELECT {_NAME} || '.' || attname, concat_ws(' ',
            format_type(atttypid, atttypmod),
            CASE WHEN attnotnull THEN 'NOT NULL' END,
            CASE WHEN attidentity <> '' THEN 'IDENTITY ' || attidentity::text END,
            CASE WHEN attgenerated <> '' THEN 'GENERATED' END,
            'DEFAULT ' || pg_get_expr(adbin, adrelid))
        FROM pg_attribute JOIN pg_class AS c ON c.oid = attrelid
        JOIN pg_namespace AS n ON n.oid = relnamespace
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p') AND NOT relispartition
        AND {_OWN.format(oid="c.oid")}
    """,
    "constraint": f"""
        SELECT {_NAME} || '.' || conname, pg_get_constraintdef(con.oid)
        FROM pg_constraint AS con JOIN pg_class AS c ON c.oid = conrelid
        JOIN pg_namespace AS n ON n.oid = relnamespace
        WHERE contype <> 'n' AND NOT relispartition AND {_OWN.format(oid="c.oid")}
    """,
    "index": f"""
        SELECT {_NAME} || '.' || i.relname, pg_get_indexdef(indexrelid)
        FROM pg_index JOIN pg_class AS c ON c.oid = indrelid
        JOIN pg_class AS i ON i.oid = indexrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
        AND NOT c.relispartition AND c.relkind <> 't' AND {_OWN.format(oid="c.oid")}
    """,
    "enumerated type": f"""
        SELECT typname, string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
        FROM pg_type JOIN pg_enum ON enumtypid = pg_type.oid
        JOIN pg_namespace AS n ON n.oid = typnamespace
        WHERE {_OWN.format(oid="pg_type.oid")} GROUP BY typname
    """,
    "domain": f"""
        SELECT typname, format_type(typbasetype, typtypmod) FROM pg_type
        JOIN pg_namespace AS n ON n.oid = typnamespace
        WHERE typtype = 'd' AND {_OWN.format(oid="pg_type.oid")}
    """,
    "view": f"""
        SELECT {_NAME}, pg_get_viewdef(c.oid) FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = relnamespace
        WHERE relkind IN ('v', 'm') AND {_OWN.format(oid="c.oid")}
    """,
    "sequence": f"""
        SELECT {_NAME}, '' FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
        WHERE relkind = 'S' AND {_OWN.format(oid="c.oid")} AND NOT EXISTS
            (SELECT FROM pg_depend WHERE objid = c.oid AND deptype IN ('a', 'i'))
    """,
    "trigger": f"""
        SELECT {_NAME} || '.' || tgname, pg_get_triggerdef(t.oid) FROM pg_trigger AS t
        JOIN pg_class AS c ON c.oid = tgrelid JOIN pg_namespace AS n ON n.oid = relnamespace
        WHERE NOT tgisinternal AND {_OWN.format(oid="c.oid")}
    """,
    "function": f"""
        SELECT proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', prosrc
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = pronamespace
        WHERE {_OWN.format(oid="p.oid")}
    """,
    "extension": "SELECT extname, '' FROM pg_extension WHERE extname <> 'plpgsql'",
}


def read(connection: Connection) -> dict[tuple[str, str], str]:
    """Return the definition of every object by what it is and its name."""
    return {
        (kind, name): definition
        for kind, query in _QUERIES.items()
        for name, definition in connection.execute(text(query))
    }
