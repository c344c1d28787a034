"""A comment that asks for no transaction and is not heeded."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.alone import FORM
from orchestrator.validation.rule import Rule
from orchestrator.validation.sql_text import SqlText


def check(file: SqlText) -> Iterator[Finding]:
    """Report each, unless another one of the file is heeded."""
    if any(header.fault is None for header in file.headers):
        return
    for header in file.headers:
        yield RULE.finding(f"This comment {header.fault}", file=file.path, at=file.place(header.offset))


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A comment asks for no transaction and cannot be heeded: its form, its place, or no reason",
    effect="The file would be applied in one transaction, which is not what its author meant",
    remedy=f"Write {FORM} in front of the first statement, or delete the comment",
    check=check,
    may_be_allowed=False,
)
