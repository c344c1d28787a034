"""The report as SARIF 2.1.0, fit for code scanning on GitHub."""

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import quote

from orchestrator.actions.reviewing import Report
from orchestrator.actions.rulebook import Entry, rulebook
from orchestrator.domain.finding import Finding

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
#: where the paths begin; who reads the report knows where that is
_ROOT: Final = "%SRCROOT%"

Node = dict[str, Any]


def sarif_log(report: Report) -> Node:
    """Return the log; its values are those of JSON."""
    told = sorted({finding.rule for finding in report.findings})
    run = {
        "tool": {"driver": _driver(told)},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,
                # without a file there is no place that a result could be shown at
                "toolExecutionNotifications": [
                    _notification(each) for each in report.findings if each.file is None
                ],
            }
        ],
        "results": [_result(each, told) for each in report.findings if each.file is not None],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver(told: Sequence[str]) -> Node:
    entries = {entry.rule: entry for entry in rulebook()}
    return {
        "name": "Bascule",
        "version": version("bascule"),
        "rules": [_rule(entries[each]) for each in told],
    }


def _rule(entry: Entry) -> Node:
    page = entry.linked(lambda words, _: words)
    return {
        "id": entry.rule,
        "shortDescription": {"text": entry.condition},
        "fullDescription": {"text": entry.effect},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": entry.severity.value},
    }


def _result(finding: Finding, told: Sequence[str]) -> Node:
    return {
        "ruleId": finding.rule,
        "ruleIndex": told.index(finding.rule),
        "level": finding.severity.value,
        "message": {"text": _message(finding)},
        "locations": [{"physicalLocation": dict(_place(finding))}],
    }


def _notification(finding: Finding) -> Node:
    return {
        "level": finding.severity.value,
        "message": {"text": _message(finding)},
        "associatedRule": {"id": finding.rule},
    }


def _message(finding: Finding) -> str:
    remedy = f"do: {finding.remedy}" if finding.remedy else ""
    return "\n".join(filter(None, (finding.message, finding.effect, remedy)))


def _place(finding: Finding) -> Iterator[tuple[str, Node]]:
    yield "artifactLocation", _artifact(finding.file or "")
    if finding.line is not None:
        column = {} if finding.column is None else {"startColumn": finding.column}
        yield "region", {"startLine": finding.line, **column}


def _artifact(path: str) -> Node:
    if path.startswith("/"):
        return {"uri": f"file://{quote(path)}"}
    return {"uri": quote(path), "uriBaseId": _ROOT}
