"""Names and values in SQL that is put together here."""


def identifier(name: str) -> str:
    """Quote a name."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | None) -> str:
    """Quote a value; the statement leaves its type to the server."""
    if value is None:
        return "null"
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"e'{escaped}'" if "\\" in value else f"'{escaped}'"
