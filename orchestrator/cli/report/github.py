"""The report as workflow commands of GitHub Actions: each finding is shown at its line of a pull request."""

from collections.abc import Iterator
from typing import Final

from orchestrator.actions.reviewing import Report
from orchestrator.cli.words import count
from orchestrator.domain.finding import Finding, Severity

_COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def workflow_commands(report: Report) -> Iterator[str]:
    """Yield a line for each finding, the worst first (GitHub shows ten of a kind), and the verdict."""
    for finding in report.findings:
        yield _command(finding)
    yield f"{report.verdict}: {count(report.findings, 'finding')} in {count(report.files, 'file')}"


def _command(finding: Finding) -> str:
    properties = {"file": finding.file, "line": finding.line, "col": finding.column, "title": finding.rule}
    told = [f"{key}={_property(str(value))}" for key, value in properties.items() if value is not None]
    words = (finding.message, finding.effect, f"do: {finding.remedy}" if finding.remedy else "")
    message = _data("\n".join(filter(None, words)))
    return f"::{_COMMANDS[finding.severity]} {','.join(told)}::{message}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
