"""Who follows the events misses none, in whatever order their transactions commit."""

import time
from contextlib import contextmanager

import pytest

from orchestrator.adapters.postgres.ledger.deployments import append_event
from orchestrator.adapters.postgres.ledger.reading import LedgerReading
from orchestrator.domain.event import EventKind


@contextmanager
def appending(ledger, name, deployment=None):
    """An event that is appended and not yet committed; gives its id."""
    with ledger.control.transaction() as connection:
        yield append_event(connection, EventKind.TARGET_ADOPTED, target=name, deployment=deployment)["id"]


def append(ledger, name, deployment=None):
    with appending(ledger, name, deployment) as event:
        return event


class Undone(Exception):
    """Ends a transaction without committing it."""


def append_in_vain(ledger):
    with pytest.raises(Undone), appending(ledger, "in vain"):
        raise Undone


def seen(reading, **which):
    return [event.target for event in reading.events(**which)]


@pytest.fixture
def patient(ledger):
    return LedgerReading(ledger.pool, gap_seconds=60)


def test_an_event_that_commits_late_is_waited_for_and_both_come_in_order(ledger, patient):
    first = append(ledger, "first")
    with appending(ledger, "late"):
        append(ledger, "early")
        assert seen(patient) == ["first"]
        assert seen(patient, after=first) == []
    assert seen(patient, after=first) == ["late", "early"]


def test_the_very_first_event_is_waited_for_too(ledger, patient):
    with appending(ledger, "late"):
        append(ledger, "early")
        assert seen(patient) == []
    assert seen(patient) == ["late", "early"]


def test_an_event_that_never_committed_is_passed_over_in_time(ledger, patient):
    append_in_vain(ledger)
    append(ledger, "next")
    assert seen(patient) == []
    time.sleep(0.1)
    assert seen(LedgerReading(ledger.pool, gap_seconds=0.05)) == ["next"]


def test_what_was_passed_over_does_not_hold_up_those_who_are_past_it(ledger, patient):
    append_in_vain(ledger)
    passed = append(ledger, "passed")
    append(ledger, "next")
    assert seen(patient, after=passed) == ["next"]


def test_one_deployments_events_wait_for_any_gap_before_them(ledger, patient):
    deployment = ledger.push("a" * 40)
    after = patient.events()[-1].id
    with appending(ledger, "late", deployment):
        append(ledger, "other")
        append(ledger, "early", deployment)
        assert seen(patient, after=after, deployment=deployment) == []
    assert seen(patient, after=after, deployment=deployment) == ["late", "early"]
