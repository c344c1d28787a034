"""The report as one JSON value; its form is a promise (docs/commands.md)."""

from typing import Any, Final

from orchestrator.actions.reviewing import Report

_KEYS: Final = ("rule", "severity", "file", "line", "column", "message", "effect", "remedy", "source")


def report_value(report: Report) -> dict[str, Any]:
    """Return the value; null where a finding has no file or place."""
    findings = [{key: getattr(finding, key) for key in _KEYS} for finding in report.findings]
    return {"verdict": report.verdict, "findings": findings}
