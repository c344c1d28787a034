"""A file without any statement."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.rule import Rule
from orchestrator.validation.sql_text import SqlText


def check(file: SqlText) -> Iterator[Finding]:
    """Warn about files that do nothing."""
    if file.text is None or file.parts:
        return
    what = "only comments" if file.text.strip() else "nothing"
    yield RULE.finding(f"The file holds {what}", file=file.path)


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A file holds no statement",
    effect="It is recorded as applied and changes nothing; what is written into it later is never applied",
    remedy="Write the SQL before pushing, or delete the file",
    check=check,
)
