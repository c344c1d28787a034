import re
from pathlib import Path

from orchestrator.domain.deployment import TERMINAL, Outcome, Stage, Status
from orchestrator.recipe import STORY

PAGE = Path(__file__).parents[3] / "docs" / "state-machine.md"


def test_the_drawing_shows_exactly_the_transitions_of_the_code():
    drawn = set(re.findall(r"^    (\w+) --> (\w+) : (\w+)$", PAGE.read_text(), re.MULTILINE))
    coded = {
        (stage.value, then.name if isinstance(then, Status) else then.value, outcome.value)
        for stage, step in STORY.items()
        for outcome in Outcome
        if (then := getattr(step, outcome.value)) is not None
    }
    assert drawn == coded


def test_every_stage_has_its_line_and_every_end_is_terminal():
    assert set(STORY) == set(Stage)
    ends = {getattr(step, outcome.value) for step in STORY.values() for outcome in Outcome}
    assert {end for end in ends if isinstance(end, Status)} <= TERMINAL
