"""Reports made by hand: what the forms of a report are tested with, whatever rules there are."""

from collections.abc import Mapping
from typing import Any

from orchestrator.actions.reviewing import Report
from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.validation.sql_text import SqlText


def finding(rule: str, severity: Severity, message: str, **more: Any) -> Finding:
    """Return a finding of the tree."""
    return Finding(rule=rule, severity=severity, source=Source.TREE, message=message, **more)


def report(*findings: Finding, files: Mapping[str, str], applied: int = 0) -> Report:
    """Sum up findings in files, given by their paths."""
    texts = [SqlText(path=path, content=text.encode()) for path, text in files.items()]
    return Report.of(findings, texts, applied=applied)
