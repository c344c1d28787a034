import json

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.notify.outgoing_payload import LARGEST, body_of
from orchestrator.domain.event import EventKind
from tests.support.messages import a_message
from tests.support.told_rehearsals import REHEARSAL, refusal


def test_it_names_type_time_and_facts() -> None:
    made = json.loads(body_of(a_message()))
    assert made["type"] == "deployment.rolled_back"
    assert made["timestamp"] == "2026-01-02T03:04:05+00:00"
    assert made["data"]["target"] == "staging"
    assert made["data"]["migrations"] == ["20260101000000", "20260102000000"]
    assert made["data"]["headline"] == "staging: rolled back — 2 migrations undone"


def test_what_is_about_a_target_alone_is_of_a_type_of_its_own() -> None:
    made = json.loads(body_of(a_message(event=EventKind.DRIFTED, deployment=None)))
    assert (made["type"], made["data"]["deployment"]) == ("target.drifted", None)


def test_what_a_rehearsal_refused_comes_with_one_reason_for_each_migration() -> None:
    data = json.loads(body_of(refusal(REHEARSAL)))["data"]
    assert (data["status"], data["reason_count"]) == ("refused", 4)
    assert data["reasons"][1] == (
        "20261121081500_more_moods.sql cannot be taken back: type public.mood changed. If a later stage "
        "fails, the database cannot be put back by itself and a person is needed"
    )


def test_a_cut_list_keeps_its_true_count() -> None:
    made = json.loads(body_of(a_message(migrations=tuple(str(number) for number in range(5000)))))
    assert len(made["data"]["migrations"]) < 5000
    assert made["data"]["migration_count"] == 5000


@given(st.text(min_size=1, max_size=4), st.integers(min_value=1, max_value=10000))
def test_it_always_stays_below_twenty_kilobytes(piece: str, times: int) -> None:
    long = piece * times
    body = body_of(
        a_message(
            target=long, branch=long, subject=long, actor=long, repository=long, remedy=long, link=long,
            commit=long, reasons=(long,) * 300, migrations=(long,) * 300,
        )
    )  # fmt: skip
    assert len(body) < LARGEST
    json.loads(body)
