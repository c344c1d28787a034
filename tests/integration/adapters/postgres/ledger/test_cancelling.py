"""A person calls a deployment off: before it changes anything, and never later."""

import pytest

from orchestrator.adapters.postgres.ledger.care import LedgerCare
from orchestrator.adapters.postgres.ledger.deployments import Telling
from orchestrator.domain.cancelling import BEFORE_ANY_CHANGE
from orchestrator.domain.deployment import Done, Outcome, Stage, Status
from orchestrator.domain.errors import MigrationRefused, Stale
from orchestrator.domain.event import EventKind

A, B = "a" * 40, "b" * 40
PASSED = Done(outcome=Outcome.PASSED)
CURIOUS = Telling(subscriptions={"team": frozenset({EventKind.CANCELLED})}, public_url="http://page.example")


def status(ledger, deployment):
    return ledger.reading.deployment(deployment).status


def at(ledger, stage):
    """Return a deployment that runs and stands at a stage."""
    ledger.adopt()
    deployment = ledger.push(A)
    with ledger.claims.claim(deployment) as claim:
        ledger.claims.go_back(claim, stage)
    return deployment


def test_one_that_waits_is_cancelled_in_the_name_of_who_said_it(ledger):
    deployment = ledger.push(A)
    LedgerCare(ledger.control, CURIOUS).cancel(deployment, actor="grace")
    ended = ledger.reading.deployment(deployment)
    assert (ended.status, ended.started, ended.failure.code) == (Status.CANCELLED, None, "cancelled")
    final = "select kind, actor from bascule.event where deployment = 1 and final"
    assert ledger.rows(final) == [("cancelled", "grace")]
    message = ledger.notifications.due(limit=1)[0].message
    assert (message.event, message.reasons) == (
        EventKind.CANCELLED,
        ("grace cancelled it before it changed anything",),
    )
    assert message.remedy == f"to deploy after all: bascule retry {deployment}"


def test_a_channel_that_did_not_ask_for_it_is_not_told(ledger):
    ledger.care.cancel(ledger.push(A), actor="grace")
    assert ledger.rows("select 1 from bascule.notification") == []


@pytest.mark.parametrize("stage", sorted(BEFORE_ANY_CHANGE))
def test_what_a_worker_finds_out_about_a_cancelled_one_is_not_recorded_and_the_next_begins(ledger, stage):
    deployment = at(ledger, stage)
    following = ledger.push(B)
    with ledger.claims.claim(deployment) as claim:
        ledger.care.cancel(deployment, actor="grace")
        with ledger.claims.claim(following) as early:
            assert early is None, "the stage of the cancelled one is not at its end"
        with pytest.raises(Stale):
            ledger.claims.record(claim, PASSED, Stage.APPLY)
    assert status(ledger, deployment) is Status.CANCELLED
    assert ledger.reading.runs(deployment) == ()
    sent = []
    ledger.outbox.publish(sent.append)
    assert sent == [following]
    assert list(ledger.outbox.wake_stalled(quiet_seconds=0)) == [following]
    with ledger.claims.claim(following) as claim:
        assert claim is not None


@pytest.mark.parametrize("stage", sorted(set(Stage) - BEFORE_ANY_CHANGE))
def test_one_that_may_have_changed_its_target_is_not_cancelled(ledger, stage):
    deployment = at(ledger, stage)
    with pytest.raises(MigrationRefused) as refusal:
        ledger.care.cancel(deployment, actor="grace")
    assert refusal.value.code == "changing-already"
    assert refusal.value.nouns["stage"] == stage
    assert status(ledger, deployment) is Status.RUNNING
    assert ledger.rows("select 1 from bascule.event where final") == []


def test_a_rollback_that_waits_for_its_turn_can_be_cancelled(ledger):
    deployment = at(ledger, Stage.SMOKE)
    with ledger.claims.claim(deployment) as claim:
        ledger.claims.record(claim, PASSED, Status.SUCCEEDED)
    ledger.rows(f"insert into bascule.applied (target, version, sha256, deployment) values"
                f" ('staging', '1', 'x', {deployment}) returning id")  # fmt: skip
    undo = ledger.care.undo(deployment, actor="ada")
    ledger.care.cancel(undo, actor="grace")
    assert status(ledger, undo) is Status.CANCELLED


def test_what_is_over_or_unknown_is_not_cancelled(ledger):
    deployment = ledger.push(A)
    ledger.care.cancel(deployment, actor="grace")
    for number, code in ((deployment, "finished-already"), (99, "deployment-unknown")):
        with pytest.raises(MigrationRefused) as refusal:
            ledger.care.cancel(number, actor="grace")
        assert refusal.value.code == code


def test_a_head_that_was_cancelled_is_not_asked_for_again_by_itself(ledger):
    ledger.adopt()
    deployment = ledger.push(A)
    ledger.care.cancel(deployment, actor="grace")
    assert ledger.outbox.followed_heads() == {"staging": A}
    assert ledger.push(A) == deployment
    assert ledger.push(B) != deployment
