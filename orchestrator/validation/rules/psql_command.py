"""A command to psql, which no server understands."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.rule import Rule
from orchestrator.validation.sql_text import SqlText


def check(file: SqlText) -> Iterator[Finding]:
    """Report every backslash command, by its first word."""
    for part in file.parts:
        for offset in part.psql_commands:
            name = _name(file.text or "", offset)
            yield RULE.finding(
                f"{name} is a command to psql, not SQL",
                file=file.path,
                at=file.place(offset),
                remedy=_REMEDIES.get(name, RULE.remedy),
            )


def _name(text: str, offset: int) -> str:
    words = text[offset : offset + 40].split(maxsplit=1)
    return words[0].rstrip(";") if words else "\\"


_DUMP = "Delete the lines \\restrict and \\unrestrict, which pg_dump writes around a dump for psql"
_COPY = "Write the rows as INSERT (pg_dump --inserts)"
_REMEDIES = {
    "\\restrict": _DUMP,
    "\\unrestrict": _DUMP,
    "\\copy": _COPY,
    "\\.": _COPY,
    "\\i": "Paste the other file's SQL here",
    "\\ir": "Paste the other file's SQL here",
}

RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A line begins with a backslash: a command to the program psql",
    effect="The server refuses it (42601)",
    remedy="Delete the line, or say the same in SQL",
    check=check,
    may_be_allowed=False,
)
