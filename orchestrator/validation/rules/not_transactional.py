"""A statement that PostgreSQL refuses inside a transaction, in a file that is one."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.alone import FORM, STANDS_ALONE
from orchestrator.validation.changes import CreateIndex
from orchestrator.validation.rule import Rule
from orchestrator.validation.sql_text import Part, SqlText


def check(file: SqlText) -> Iterator[Finding]:
    """Report each that does not stand alone, and those that may not even then."""
    for part in file.parts:
        name = part.parsed.runs_alone
        if name is None:
            continue
        if name not in STANDS_ALONE:
            yield _finding(file, part, f"{name} cannot run inside a transaction", remedy=_BY_HAND)
        elif not file.runs_alone:
            yield _finding(file, part, f"{name} cannot run inside a transaction")
        elif _is_unnamed(part):
            yield _finding(
                file,
                part,
                f"{name} gives the index no name",
                effect="After a crash nobody could tell whether the index is the one that was to be built",
                remedy="Write a name behind CONCURRENTLY",
            )


def _is_unnamed(part: Part) -> bool:
    return any(isinstance(change, CreateIndex) and change.name is None for change in part.parsed.changes)


def _finding(
    file: SqlText, part: Part, message: str, *, effect: str | None = None, remedy: str | None = None
) -> Finding:
    place = file.place(part.offset)
    return RULE.finding(message, file=file.path, at=place, effect=effect, remedy=remedy)


_BY_HAND = "Run it by hand, outside the migrations"

RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A statement cannot run inside a transaction, and the file is one",
    effect="The server refuses it (25001), because a migration is one transaction with its history row",
    remedy=f"Move it into a file of its own, without BEGIN and COMMIT; or begin the file with {FORM}",
    check=check,
    may_be_allowed=False,
)
