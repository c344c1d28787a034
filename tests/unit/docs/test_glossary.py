"""The glossary names the values that the code has."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from orchestrator.domain.deployment import Cause, Outcome, RollbackMethod, Stage, Status, WaitingFor
from orchestrator.domain.finding import Severity, Source, Verdict
from orchestrator.domain.matrix import CellResult, Command

TEXT = (Path(__file__).parents[3] / "docs/glossary.md").read_text()
SECTIONS = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n?)*)", TEXT, re.MULTILINE))
PLACES: dict[type[StrEnum], str] = {
    Cause: "cause",
    CellResult: "result of a matrix cell",
    Command: "matrix",
    Outcome: "outcome",
    RollbackMethod: "rollback",
    Severity: "severity",
    Source: "source of a finding",
    Stage: "stage",
    Status: "status",
    Verdict: "verdict of a check",
    WaitingFor: "status",
}


@pytest.mark.parametrize(
    ("values", "heading"), PLACES.items(), ids=lambda part: getattr(part, "__name__", part)
)
def test_every_value_stands_under_its_heading(values: type[StrEnum], heading: str) -> None:
    missing = [value for value in values if f"`{value}`" not in SECTIONS[heading]]
    assert missing == []


def test_the_headings_stand_in_alphabetical_order() -> None:
    assert list(SECTIONS) == sorted(SECTIONS)


def test_every_link_leads_to_a_heading() -> None:
    anchors = {heading.replace(" ", "-") for heading in SECTIONS}
    assert {link for link in re.findall(r"\]\(#([^)]+)\)", TEXT) if link not in anchors} == set()
