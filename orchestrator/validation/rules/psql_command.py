"""A command to psql, which no server understands."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.psql import end_of_line, is_around_a_dump
from orchestrator.validation.rule import Rule
from orchestrator.validation.sql_text import SqlText


def check(file: SqlText) -> Iterator[Finding]:
    """Report every backslash command, by its first word; pg_dump's two are only noted."""
    text = file.text or ""
    for part in file.parts:
        for offset in part.psql_commands:
            line = text[offset : end_of_line(text, offset)]
            is_sent = offset >= part.offset or not is_around_a_dump(line)
            yield _command(file, line, offset) if is_sent else _dump_line(file, line, offset)


def _dump_line(file: SqlText, line: str, offset: int) -> Finding:
    return RULE.finding(
        f"{line.split(maxsplit=1)[0]} is a command to psql: the line is not sent",
        file=file.path,
        at=file.place(offset),
        severity=Severity.NOTE,
        effect="pg_dump writes it around a dump; nothing in the database depends on it",
        remedy="Delete the line: whoever sends the file as it is has it refused (42601)",
    )


def _command(file: SqlText, line: str, offset: int) -> Finding:
    name = line[:40].split(maxsplit=1)[0].rstrip(";")
    return RULE.finding(
        f"{name} is a command to psql, not SQL",
        file=file.path,
        at=file.place(offset),
        remedy=_REMEDIES.get(name, RULE.remedy),
    )


_COPY = "Write the rows as INSERT (pg_dump --inserts)"
_REMEDIES = {
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
