"""What the rules over one file's text say of it."""

from orchestrator.domain.finding import Finding
from orchestrator.validation.review import review
from orchestrator.validation.rules import FILE_RULES
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

_OF_FILES = {rule.id for rule in FILE_RULES}


def check_file(path: str, content: bytes) -> tuple[Finding, ...]:
    """Review a file and return what needs nothing but its text, worst first."""
    found = review([SqlText(path=path, content=content)], Terms())
    return tuple(finding for finding in found if finding.rule in _OF_FILES)
