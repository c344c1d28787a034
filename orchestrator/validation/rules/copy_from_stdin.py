"""COPY … FROM STDIN: the rows in the file are data for psql."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.rule import Rule
from orchestrator.validation.sql_text import SqlText


def check(file: SqlText) -> Iterator[Finding]:
    """Report the first; what follows it in the file is not looked at."""
    for part in file.parts:
        if part.parsed.copies_from_stdin:
            yield RULE.finding(
                "COPY … FROM STDIN: the rows that follow are not SQL, and nothing behind them was looked at",
                file=file.path,
                at=file.place(part.offset),
            )


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A file copies rows from its own text",
    effect="The server waits for rows that never come; the Supabase CLI refuses it as well",
    remedy="Write the rows as INSERT (pg_dump --inserts)",
    check=check,
    may_be_allowed=False,
)
