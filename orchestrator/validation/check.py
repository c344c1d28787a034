"""Check one file by itself: all rules that need nothing but its text."""

from orchestrator.domain.finding import Finding, worst_first
from orchestrator.validation.rules import FILE_RULES
from orchestrator.validation.sql_text import SqlText


def check_file(path: str, content: bytes) -> tuple[Finding, ...]:
    """Return what the rules see in a migration or a rollback, worst first; never raises."""
    text = SqlText(path=path, content=content)
    return worst_first(finding for rule in FILE_RULES for finding in rule.check(text))
