"""A file that asks for no transaction and needs none of what it gives up."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import AddEnumValue
from orchestrator.validation.rule import Rule
from orchestrator.validation.sql_text import Part, SqlText

#: a block and a procedure may commit
_MAY_COMMIT = ("do", "call")


def check(file: SqlText) -> Iterator[Finding]:
    """Report the first header that is heeded where one transaction could hold all statements."""
    heeded = next((header for header in file.headers if header.fault is None), None)
    if heeded is not None and not any(map(_needs_it, file.parts)):
        yield RULE.finding(
            "No statement of this file needs to run outside a transaction",
            file=file.path,
            at=file.place(heeded.offset),
        )


def _needs_it(part: Part) -> bool:
    if part.parsed.runs_alone or part.parsed.fault:
        return True
    if part.text[:4].lower().split()[:1] in ([word] for word in _MAY_COMMIT):
        return True
    return any(isinstance(change, AddEnumValue) for change in part.parsed.changes)


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A file asks for no transaction, and one transaction could hold it",
    effect="After a failure in the middle, the statements before it stay applied, for nothing",
    remedy="Delete the comment: then all of the file is applied, or nothing",
    check=check,
)
