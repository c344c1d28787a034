import json

from orchestrator.cli.report.sarif import sarif_log
from orchestrator.domain.finding import Severity
from tests.support.reports import finding, report

LEVELS = {"none", "note", "warning", "error"}
REPORT = report(
    finding(
        "syntax-error",
        Severity.ERROR,
        "Bad",
        file="m/1 ä.sql",
        line=3,
        column=7,
        effect="It fails",
        remedy="Mend it",
    ),
    finding("file-name", Severity.WARNING, "Odd", file="m/1 ä.sql"),
    finding("syntax-error", Severity.ERROR, "Bad", file="/elsewhere/1_a.sql", line=1),
    finding("linter-missing", Severity.NOTE, "Away", remedy="Install it"),
    files={"m/1 ä.sql": ""},
)


def test_the_log_has_what_the_standard_requires():
    log = json.loads(json.dumps(sarif_log(REPORT)))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "Bascule"
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])
    for rule in driver["rules"]:
        assert all(rule[part]["text"] for part in ("shortDescription", "fullDescription", "help"))
        assert rule["help"]["markdown"]
        assert rule["defaultConfiguration"]["level"] in LEVELS
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in LEVELS
        assert result["message"]["text"]
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"].isascii()
        region = location["physicalLocation"].get("region", {"startLine": 1})
        assert all(isinstance(number, int) and number >= 1 for number in region.values())
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    assert run["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}


def test_places_are_relative_to_the_root_of_the_repository_where_they_can_be():
    results = sarif_log(REPORT)["runs"][0]["results"]
    places = [result["locations"][0]["physicalLocation"] for result in results]
    assert places == [
        {"artifactLocation": {"uri": "file:///elsewhere/1_a.sql"}, "region": {"startLine": 1}},
        {
            "artifactLocation": {"uri": "m/1%20%C3%A4.sql", "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 3, "startColumn": 7},
        },
        {"artifactLocation": {"uri": "m/1%20%C3%A4.sql", "uriBaseId": "%SRCROOT%"}},
    ]
    assert results[1]["message"] == {"text": "Bad\nIt fails\ndo: Mend it"}


def test_what_has_no_file_is_told_by_the_tool_itself():
    (notification,) = sarif_log(REPORT)["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert notification == {
        "level": "note",
        "message": {"text": "Away\ndo: Install it"},
        "associatedRule": {"id": "linter-missing"},
    }


def test_a_run_without_findings_has_an_empty_list_of_results():
    (run,) = sarif_log(report(files={}))["runs"]
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])
