"""A person asks for an undo while others ask too, or while the target is closed."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from orchestrator.domain.deployment import Applied, AppliedMigration, Done, Outcome, Stage, Status
from orchestrator.domain.errors import MigrationRefused
from orchestrator.domain.event import EventKind
from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.plan import Plan

A, B = "a" * 40, "b" * 40
MIGRATION = Migration(version="20260101000000", name="x", file=SqlFile(path="m/x.sql", sha256="f" * 64))


@pytest.fixture
def applied(ledger):
    """A deployment that succeeded and can be undone."""
    ledger.adopt()
    deployment = ledger.push(A)
    gave = Applied(migrations=(AppliedMigration(migration=MIGRATION, took_seconds=1),))
    end(ledger, deployment, Stage.APPLY, gave=Plan(pending=(MIGRATION,)))
    end(ledger, deployment, Status.SUCCEEDED, gave=gave)
    return deployment


def end(ledger, deployment, then, **done):
    with ledger.claims.claim(deployment) as claim:
        assert claim is not None
        ledger.claims.record(claim, Done(outcome=Outcome.PASSED, **done), then)


def undo(ledger, deployment):
    """Return the undo, or the code of the refusal."""
    try:
        return ledger.care.undo(deployment, actor="grace")
    except MigrationRefused as refusal:
        return refusal.code


def test_eight_undos_at_once_make_one_deployment(ledger, applied):
    together = threading.Barrier(8)

    def at_once(_):
        together.wait(10)
        return undo(ledger, applied)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(at_once, range(8)))
    assert answers.count("target-busy") == 7
    assert len([one for one in ledger.reading.deployments() if one.undoes == applied]) == 1


def test_an_undo_stands_in_line_behind_the_push_that_came_first(ledger, applied):
    with ThreadPoolExecutor(1) as pool:
        with ledger.control.transaction() as connection:
            connection.execute("select from bascule.target for update")
            asked = pool.submit(undo, ledger, applied)
            wait_for_a_waiting_lock(ledger)
            connection.execute(
                "insert into bascule.deployment"
                " (target, repository, branch, commit, confirm_head, cause, actor, status, stage)"
                " values ('staging', 'app', 'staging', 'b', true, 'push', '', 'waiting', 'checkout')"
            )
        assert asked.result(10) == "target-busy"


def wait_for_a_waiting_lock(ledger):
    for _ in range(200):
        if ledger.rows("select from pg_locks where not granted"):
            return
        threading.Event().wait(0.02)
    pytest.fail("the undo does not wait for the target's row")


def test_an_undo_on_a_closed_target_is_refused_and_names_the_way_to_open_it(ledger, applied):
    stuck = ledger.push(B)
    end(ledger, stuck, Status.STUCK)
    ledger.push("c" * 40)  # waits, which is not the reason
    with pytest.raises(MigrationRefused) as refusal:
        ledger.care.undo(applied, actor="grace")
    assert refusal.value.code == "target-closed"
    assert f"bascule retry {stuck}" in refusal.value.remedy
    assert [one for one in ledger.reading.deployments() if one.undoes] == []


def test_an_undo_of_what_does_not_exist_is_refused(ledger):
    assert undo(ledger, 4711) == "deployment-unknown"


@pytest.fixture
def stuck(ledger):
    """A deployment that committed something, got stuck and closed its target; another one waits there."""
    ledger.adopt()
    deployment = ledger.push(A)
    gave = Applied(migrations=(AppliedMigration(migration=MIGRATION, took_seconds=1),))
    end(ledger, deployment, Stage.APPLY, gave=Plan(pending=(MIGRATION,)))
    end(ledger, deployment, Status.STUCK, gave=gave)
    return deployment, ledger.push(B)


def closed_by(ledger):
    (state,) = ledger.reading.targets()
    return state.closed_by


def kinds(ledger):
    return [event.kind for event in ledger.reading.events(limit=100)]


def test_what_closed_a_target_can_be_undone_there_and_opens_it(ledger, stuck):
    deployment, waiting = stuck
    made = ledger.care.undo(deployment, actor="grace", drop_rows=True)
    undo_ = ledger.reading.deployment(made)
    assert (undo_.undoes, undo_.drop_rows, undo_.undo_to) == (deployment, True, None)
    with ledger.claims.claim(waiting) as claim:
        assert claim is None
    assert undo(ledger, deployment) == "target-busy"
    end(ledger, made, Status.ROLLED_BACK)
    assert closed_by(ledger) is None
    assert kinds(ledger)[-1] is EventKind.TARGET_REOPENED
    with ledger.claims.claim(waiting) as claim:
        assert claim is not None


def test_an_undo_that_fails_leaves_the_target_closed_and_may_be_asked_for_again(ledger, stuck):
    deployment, _ = stuck
    end(ledger, ledger.care.undo(deployment, actor="grace"), Status.FAILED)
    end(ledger, ledger.care.undo(deployment, actor="grace"), Status.STUCK)
    assert closed_by(ledger) == deployment
    assert isinstance(undo(ledger, deployment), int)


def test_a_part_that_is_undone_opens_nothing(ledger):
    ledger.adopt()
    deployment = ledger.push(A)
    several = [replace(MIGRATION, version=f"2026010100000{number}") for number in range(3)]
    gave = Applied(migrations=tuple(AppliedMigration(migration=each, took_seconds=1) for each in several))
    end(ledger, deployment, Stage.APPLY, gave=Plan(pending=tuple(several)))
    end(ledger, deployment, Status.STUCK, gave=gave)
    first, _, last = (each.version for each in several)
    for to, code in (("1", "version-unknown"), (last, "nothing-to-undo")):
        with pytest.raises(MigrationRefused) as refusal:
            ledger.care.undo(deployment, actor="grace", to=to)
        assert refusal.value.code == code
    made = ledger.care.undo(deployment, actor="grace", to=first)
    assert ledger.reading.deployment(made).undo_to == first
    end(ledger, made, Status.ROLLED_BACK)
    assert closed_by(ledger) == deployment


def test_a_target_is_opened_with_the_reason_on_record_and_what_is_held_stays_held(ledger, stuck):
    deployment, waiting = stuck
    assert ledger.care.unlock("staging", because="dropped by hand", actor="grace") == deployment
    event = ledger.reading.events(limit=100)[-1]
    assert (event.kind, event.deployment, event.actor, event.detail) == (
        EventKind.TARGET_UNLOCKED,
        deployment,
        "grace",
        {"because": "dropped by hand"},
    )
    with pytest.raises(MigrationRefused) as refusal:
        ledger.care.unlock("staging", because="again", actor="grace")
    assert refusal.value.code == "target-open"
    with ledger.claims.claim(waiting) as claim:
        assert claim is not None
