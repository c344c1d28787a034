import pytest

from orchestrator.adapters.notify.words import duration, headline
from orchestrator.domain.event import EventKind
from tests.support.messages import a_message


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (3.14, "3.1 s"),
        (42, "42 s"),
        (200, "3 min 20 s"),
        (59.7, "1 min 0 s"),
        (3900, "1 h 5 min"),
    ],
)
def test_a_duration_is_written_as_people_say_it(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_one_migration_is_not_called_migrations() -> None:
    said = headline(a_message(event=EventKind.SUCCEEDED, migrations=("1",)))
    assert said == "staging: succeeded — 1 migration applied"


def test_every_kind_of_event_has_a_headline() -> None:
    assert all(headline(a_message(event=event)) for event in EventKind)


def test_what_left_the_branch_is_told_in_the_headline() -> None:
    def said(event: EventKind, *migrations: str, left: tuple[str, ...]) -> str:
        return headline(a_message(event=event, migrations=migrations, left=left)).partition(" — ")[2]

    assert said(EventKind.SUCCEEDED, left=("2", "1")) == "2 versions reverted whose files left"
    assert (
        said(EventKind.SUCCEEDED, "3", left=("1",))
        == "1 migration applied, 1 version reverted whose file left"
    )
    assert said(EventKind.ROLLED_BACK, "3", left=("1",)) == "1 migration undone, 1 version applied again"
