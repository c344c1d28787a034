from orchestrator.domain.event import EventKind
from tests.support.pages import page, sections


def test_every_kind_of_event_has_its_heading_and_every_heading_a_kind() -> None:
    assert list(sections(page("docs/events.md"))) == [kind.value for kind in EventKind]
