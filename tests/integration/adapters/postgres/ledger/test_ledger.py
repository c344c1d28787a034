from concurrent.futures import ThreadPoolExecutor

import pytest

from orchestrator.adapters.postgres.ledger.schema import upgrade
from orchestrator.domain.deployment import (
    Applied,
    AppliedMigration,
    DeploymentId,
    Done,
    Outcome,
    Stage,
    Status,
    WaitingFor,
)
from orchestrator.domain.errors import DeliveryFailed, Failure, MigrationRefused, Stale, Unavailable
from orchestrator.domain.migration import Migration, SqlFile, checksum
from orchestrator.domain.plan import Plan, Tree
from orchestrator.domain.push import Receipt

A, B, C = "a" * 40, "b" * 40, "c" * 40
MIGRATION = Migration(version="20260101000000", name="x", file=SqlFile(path="m/x.sql", sha256="f" * 64))
TREE = Tree(commit=A, author="Ada", subject="Add x", migrations=(), rollbacks=())


def status(ledger, deployment):
    return ledger.reading.deployment(deployment).status


def end(ledger, deployment, then=Status.SUCCEEDED, **done):
    with ledger.claims.claim(deployment) as claim:
        assert claim is not None
        ledger.claims.record(claim, Done(outcome=Outcome.PASSED, **done), then)


def test_the_schema_can_be_brought_up_to_date_by_many_processes_at_once(empty_database):
    from orchestrator.adapters.postgres.ledger.connection import ControlDatabase

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: upgrade(ControlDatabase(empty_database.url)), range(4)))


def test_every_table_and_column_of_the_ledger_has_a_comment(ledger):
    uncommented = ledger.rows("""
        select c.relname, a.attname from pg_class c
          join pg_attribute a on a.attrelid = c.oid and a.attnum >= 0 and not a.attisdropped
         where c.relnamespace = 'bascule'::regnamespace and c.relkind = 'r'
           and (obj_description(c.oid, 'pg_class') is null
                or col_description(c.oid, a.attnum) is null and a.attname <> 'id')""")
    assert uncommented == []


def test_a_redelivery_changes_nothing(ledger):
    receipt = Receipt(repository="app", forge="github", id="r1", event="push", body=b"{}")
    from tests.integration.adapters.postgres.ledger.conftest import request

    first = ledger.reception.store(receipt, [request(A)])
    again = ledger.reception.store(receipt, [request(A)])
    assert (first.new, again.new) == (True, False)
    assert first.deployments == again.deployments
    assert len(ledger.reading.deployments()) == 1


def test_ten_copies_of_a_push_at_once_make_one_deployment(ledger):
    with ThreadPoolExecutor(10) as pool:
        made = set(pool.map(lambda _: ledger.push(A), range(10)))
    assert len(made) == 1


def test_a_branch_that_goes_a_b_a_is_deployed_three_times(ledger):
    assert len({ledger.push(A), ledger.push(B), ledger.push(A)}) == 3


def test_the_newest_waits_and_those_between_are_superseded(ledger):
    ledger.adopt()
    first = ledger.push(A)
    with ledger.claims.claim(first) as claim:
        assert claim is not None
        second, third = ledger.push(B), ledger.push(C)
        assert status(ledger, second) is Status.SUPERSEDED
        with ledger.claims.claim(third) as too_early:
            assert too_early is None
        ledger.claims.record(claim, Done(outcome=Outcome.SKIPPED), Status.SUCCEEDED)
    with ledger.claims.claim(third) as claim:
        assert claim is not None


def test_before_adoption_a_push_waits_and_adoption_wakes_it(ledger):
    waiting = ledger.push(A)
    with ledger.claims.claim(waiting) as claim:
        assert claim is None
    deployment = ledger.reading.deployment(waiting)
    assert (deployment.status, deployment.waiting_for) == (Status.WAITING, WaitingFor.ADOPTION)
    woken: list[DeploymentId] = []
    ledger.outbox.publish(woken.append)
    ledger.adopt()
    woken.clear()
    ledger.outbox.publish(woken.append)
    assert woken == [waiting]


def test_only_one_worker_at_a_time_holds_a_target(ledger):
    ledger.adopt()
    deployment = ledger.push(A)
    with ledger.claims.claim(deployment) as mine, ledger.claims.claim(deployment) as yours:
        assert mine is not None
        assert yours is None


def test_a_worker_whose_claim_was_taken_over_cannot_record(ledger):
    ledger.adopt()
    deployment = ledger.push(A)
    with ledger.claims.claim(deployment) as paused:
        ledger.rows("update bascule.deployment set claim = claim + 1 returning id")
        with pytest.raises(Stale):
            ledger.claims.record(paused, Done(outcome=Outcome.PASSED), Stage.PLAN)
    assert ledger.reading.runs(deployment) == ()


def test_what_a_stage_gave_is_read_back_as_the_same_value(ledger):
    ledger.adopt()
    deployment = ledger.push(A)
    plan = Plan(pending=(MIGRATION,), applied=3)
    end(ledger, deployment, then=Stage.PLAN, gave=TREE)
    end(ledger, deployment, then=Stage.VALIDATE, gave=plan)
    assert ledger.kept.gave(deployment, Stage.CHECKOUT, Tree) == TREE
    assert ledger.kept.gave(deployment, Stage.PLAN, Plan) == plan
    with pytest.raises(KeyError):
        ledger.kept.gave(deployment, Stage.APPLY, Applied)


def test_contents_are_kept_once_and_found_by_their_digest(ledger):
    ledger.kept.keep([b"one", b"two", b"one"])
    ledger.kept.keep([b"two", b"three"])
    assert ledger.kept.content([checksum(b"three"), checksum(b"one")]) == {
        checksum(b"three"): b"three",
        checksum(b"one"): b"one",
    }
    with pytest.raises(KeyError):
        ledger.kept.content(["0" * 64])


def test_an_attempt_is_counted_unless_it_only_waited(ledger):
    ledger.adopt()
    deployment = ledger.push(A)
    with ledger.claims.claim(deployment):
        pass  # the worker died
    assert ledger.reading.deployment(deployment).attempts == 1
    with ledger.claims.claim(deployment) as claim:
        ledger.claims.postpone(claim, seconds=0)
    assert ledger.reading.deployment(deployment).attempts == 1


def test_a_stuck_deployment_closes_its_target_until_a_person_retries(ledger):
    ledger.adopt()
    stuck = ledger.push(A)
    failure = Failure(family="target", code="rollback-failed", message="no way back", remedy="act")
    with ledger.claims.claim(stuck) as claim:
        done = Done(outcome=Outcome.FAILED, failure=failure)
        ledger.claims.record(claim, done, Status.STUCK, hold=[MIGRATION])
    later = ledger.push(B)
    with ledger.claims.claim(later) as claim:
        assert claim is None
    assert ledger.reading.deployment(later).waiting_for is WaitingFor.LOCK
    assert [hold.deployment for hold in ledger.kept.holds("staging")] == [stuck]
    from tests.integration.adapters.postgres.ledger.conftest import request

    again = ledger.care.retry(stuck, request(B), confirm_head=True)
    assert ledger.kept.holds("staging") == ()
    with ledger.claims.claim(again) as claim:
        assert claim is not None


def test_a_hold_is_over_once_its_version_is_on_the_target(ledger):
    ledger.adopt()
    failed, fixed = (
        ledger.push(A),
        Migration(version=MIGRATION.version, name="x", file=SqlFile(path="m/x.sql", sha256="e" * 64)),
    )
    with ledger.claims.claim(failed) as claim:
        ledger.claims.record(claim, Done(outcome=Outcome.FAILED), Status.FAILED, hold=[MIGRATION])
    assert len(ledger.kept.holds("staging")) == 1
    applied = Applied(migrations=(AppliedMigration(migration=fixed, took_seconds=1),))
    end(ledger, ledger.push(B), gave=applied)
    assert ledger.kept.holds("staging") == ()


def test_a_version_that_somebody_took_out_of_the_history_does_not_stand_in_the_way_of_an_undo(ledger):
    ledger.adopt()
    first, second = ledger.push(A), MIGRATION
    older = Migration(version="20250101000000", name="y", file=SqlFile(path="m/y.sql", sha256="d" * 64))
    end(ledger, first, gave=Applied(migrations=(AppliedMigration(migration=older, took_seconds=1),)))
    end(
        ledger, ledger.push(B), gave=Applied(migrations=(AppliedMigration(migration=second, took_seconds=1),))
    )
    with pytest.raises(MigrationRefused):
        ledger.care.undo(first, actor="grace")
    end(ledger, ledger.push(C), gave=Plan(gone=(second.version,)))
    assert ledger.care.undo(first, actor="grace")


def test_a_deployment_ends_with_one_final_event_and_one_notification_a_channel(ledger):
    ledger.adopt()
    deployment = ledger.push(A)
    end(ledger, deployment, then=Stage.APPLY, gave=TREE)
    end(ledger, deployment, gave=Applied(migrations=(AppliedMigration(migration=MIGRATION, took_seconds=1),)))
    finals = ledger.rows(f"select kind from bascule.event where final and deployment = {deployment}")
    assert finals == [("succeeded",)]
    (notification,) = ledger.notifications.due(limit=10)
    assert notification.message.subject == "Add x"
    assert notification.message.migrations == (MIGRATION.version,)
    assert notification.message.link.endswith(f"/deployments/{deployment}")
    assert ledger.notifications.due(limit=10) == ()
    ledger.notifications.not_delivered(notification, DeliveryFailed("away"))
    ledger.rows("update bascule.notification set next_attempt = now() returning id")
    (again,) = ledger.notifications.due(limit=10)
    assert (again.id, again.attempts) == (notification.id, 1)
    ledger.notifications.delivered(again)
    assert ledger.rows("select attempt, problem from bascule.delivery order by attempt") == [
        (1, "away"),
        (2, None),
    ]


def test_an_empty_plan_says_nothing(ledger):
    ledger.adopt()
    deployment = ledger.push(A)
    end(ledger, deployment, gave=TREE)
    assert status(ledger, deployment) is Status.SUCCEEDED
    assert ledger.notifications.due(limit=10) == ()


def test_a_lost_wake_up_is_found_by_the_reconciler_but_not_while_a_worker_is_busy(ledger):
    ledger.adopt()
    deployment = ledger.push(A)
    ledger.outbox.publish(lambda _: None)  # the broker loses it
    with ledger.claims.claim(deployment):
        assert list(ledger.outbox.wake_stalled(quiet_seconds=0)) == []
    assert list(ledger.outbox.wake_stalled(quiet_seconds=0)) == [deployment]
    assert list(ledger.outbox.wake_stalled(quiet_seconds=0)) == []  # it is on its way


def test_a_broker_that_is_down_leaves_the_wake_up_in_the_outbox(ledger):
    deployment = ledger.push(A)

    def refuse(_):
        raise Unavailable("away")

    with pytest.raises(Unavailable):
        ledger.outbox.publish(refuse)
    sent: list[DeploymentId] = []
    assert ledger.outbox.publish(sent.append) == 1
    assert sent == [deployment]


def test_a_head_that_moved_supersedes_and_asks_for_the_head_unless_it_counted_last(ledger):
    ledger.adopt()
    late = ledger.push(A)
    with ledger.claims.claim(late) as claim:
        ledger.claims.supersede(claim, head=B)
    (newest, old) = ledger.reading.deployments()
    assert (old.status, newest.commit, newest.cause) == (Status.SUPERSEDED, B, "head-moved")
    end(ledger, newest.id)
    very_late = ledger.push(C)
    with ledger.claims.claim(very_late) as claim:
        ledger.claims.supersede(claim, head=B)
    assert [one.commit for one in ledger.reading.deployments()] == [C, B, A]


def test_a_person_undoes_the_newest_deployment_and_pushes_wait_for_it(ledger):
    ledger.adopt()
    first = ledger.push(A)
    end(ledger, first, then=Stage.PLAN, gave=TREE)
    end(ledger, first, then=Stage.APPLY, gave=Plan(pending=(MIGRATION,)))
    end(ledger, first, gave=Applied(migrations=(AppliedMigration(migration=MIGRATION, took_seconds=1),)))
    undo = ledger.care.undo(first, actor="grace")
    later = ledger.push(B)
    with ledger.claims.claim(later) as claim:
        assert claim is None
    assert ledger.reading.deployment(later).waiting_for is WaitingFor.TURN
    with ledger.claims.claim(undo) as claim:
        assert claim.deployment.stage is Stage.ROLLBACK
        assert ledger.kept.gave(undo, Stage.PLAN, Plan).pending == (MIGRATION,)
    with pytest.raises(MigrationRefused):
        ledger.care.undo(later, actor="grace")
