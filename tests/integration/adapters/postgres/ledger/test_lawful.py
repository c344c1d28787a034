"""Whatever is asked, lost, doubled or broken off, in whatever order: deployments change only lawfully."""

import dataclasses
from contextlib import suppress
from itertools import count
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from orchestrator import recipe
from orchestrator.adapters.postgres.ledger import claims
from orchestrator.domain.cancelling import BEFORE_ANY_CHANGE
from orchestrator.domain.deployment import (
    Applied,
    AppliedMigration,
    Done,
    Outcome,
    Rollback,
    RollbackMethod,
    Stage,
    Status,
)
from orchestrator.domain.errors import BasculeError, MigrationRefused, Unavailable
from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.plan import Plan
from orchestrator.domain.push import Receipt
from orchestrator.domain.target import TargetPolicy
from tests.integration.adapters.postgres.ledger.conftest import request
from tests.integration.adapters.postgres.ledger.test_attempts import Killed, tools_of

MIGRATION = Migration(version="20260101000000", name="x", file=SqlFile(path="m/x.sql", sha256="f" * 64))
GAVE = {
    Stage.PLAN: Plan(pending=(MIGRATION,)),
    Stage.APPLY: Applied(migrations=(AppliedMigration(migration=MIGRATION, took_seconds=1),)),
    Stage.ROLLBACK: Rollback(method=RollbackMethod.REVERTED, reverted=(MIGRATION.version,)),
}
COMMITS = st.sampled_from(["a" * 40, "b" * 40, "c" * 40])
#: how a stage ends: an outcome, or what is raised in it
ENDINGS = st.sampled_from([*Outcome, *[Outcome.PASSED] * 5, "away", "killed", "fault"])
WHICH = st.integers(0, 30)
#: how stages end that do not pass, on the way of one push
TROUBLES = st.sampled_from(
    [
        {},
        {Stage.APPLY: Outcome.FAILED},
        {Stage.SMOKE: Outcome.REFUSED},
        {Stage.SMOKE: Outcome.REFUSED, Stage.ROLLBACK: Outcome.FAILED},
    ]
)

_numbers = count()

#: what an ended deployment's stage may be: where STORY leads to the status, and where nothing was begun
LAWFUL = {
    status: {step.stage for step in recipe.STORY.values() if status in dataclasses.astuple(step)[2:]}
    for status in Status
} | {Status.CANCELLED: set(BEFORE_ANY_CHANGE), Status.SUPERSEDED: set()}


def machine_of(ledger):  # noqa: C901  # its rules are methods
    """Return the machine over one ledger; each of its runs has targets of its own."""

    class Lawful(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            number = next(_numbers)
            self.targets = [f"t{number}{letter}" for letter in "ab"]
            self.claims = {}
            self.receipts = []
            self.stale = None
            policies = {
                name: TargetPolicy(name=name, repository="app", branch=name, attempts=2)
                for name in self.targets
            }
            self.tools = dataclasses.replace(tools_of(ledger), policies=policies)
            for name in self.targets:
                ledger.adopt(name)

        def rows(self):
            names = ", ".join(f"'{name}'" for name in self.targets)
            with ledger.control.connection() as connection:
                return connection.execute(
                    "select d.*, t.closed_by, (select array_agg(e.kind) from bascule.event e"
                    " where e.deployment = d.id and e.final) as ends"
                    " from bascule.deployment d join bascule.target t on t.name = d.target"
                    f" where d.target in ({names}) order by d.id".encode()
                ).fetchall()

        def one(self, which):
            rows = self.rows()
            return rows[which % len(rows)] if rows else None

        def attempt(self, ask):
            with suppress(MigrationRefused):  # people may ask for anything
                ask()

        @rule(where=st.integers(0, 1), commit=COMMITS)
        def push(self, where, commit):
            name = f"r{next(_numbers)}"
            receipt = Receipt(repository="app", forge="github", id=name, event="push", body=b"{}")
            self.receipts.append((receipt, request(commit, self.targets[where])))
            ledger.reception.store(receipt, [self.receipts[-1][1]])

        @precondition(lambda self: self.receipts)
        @rule(which=WHICH)
        def redelivery(self, which):
            before = len(self.rows())
            receipt, asked = self.receipts[which % len(self.receipts)]
            assert not ledger.reception.store(receipt, [asked]).new
            assert len(self.rows()) == before

        @rule(where=st.integers(0, 1), commit=COMMITS, named=st.booleans())
        def deploy(self, where, commit, named):
            ledger.care.ask(request(commit, self.targets[where]), confirm_head=not named)

        @rule(where=st.integers(0, 1), commit=COMMITS)
        def found_by_reconciliation(self, where, commit):
            ledger.outbox.ask(request(commit, self.targets[where]))

        @rule(which=WHICH)
        def cancel(self, which):
            if row := self.one(which):
                self.attempt(lambda: ledger.care.cancel(row["id"], actor="grace"))

        @rule(which=WHICH)
        def retry(self, which):
            row = self.one(which)
            if row and row["finished"]:
                ledger.care.retry(row["id"], request(row["commit"], row["target"]), confirm_head=True)

        @rule(which=WHICH)
        def undo(self, which):
            if row := self.one(which):
                self.attempt(lambda: ledger.care.undo(row["id"], actor="grace"))

        @rule(where=st.integers(0, 1))
        def unlock(self, where):
            self.attempt(lambda: ledger.care.unlock(self.targets[where], because="seen", actor="grace"))

        @rule(where=st.integers(0, 1))
        def release(self, where):
            ledger.care.release(self.targets[where], actor="grace")

        @rule(where=st.integers(0, 1))
        def adopt(self, where):
            ledger.adopt(self.targets[where])

        @rule()
        def wake_ups_are_lost(self):
            ledger.outbox.publish(lambda _: None)

        @rule(which=WHICH, ending=ENDINGS)
        def a_wake_up_comes(self, which, ending):
            """Lost and found, early, late, doubled: any deployment is woken at any time."""
            if row := self.one(which):
                self.advance(row, ending)

        @precondition(lambda self: any(row["started"] and not row["finished"] for row in self.rows()))
        @rule(ending=ENDINGS, which=WHICH)
        def what_runs_goes_on(self, which, ending):
            running = [row for row in self.rows() if row["started"] and not row["finished"]]
            self.advance(running[which % len(running)], ending)

        @rule(where=st.integers(0, 1), commit=COMMITS, trouble=TROUBLES)
        def a_push_goes_all_the_way(self, where, commit, trouble):
            """What chance alone would seldom reach: the far end, and the troubles that are found there."""
            self.push(where, commit)
            for _ in range(len(Stage)):
                newest = next(row for row in reversed(self.rows()) if row["target"] == self.targets[where])
                if newest["finished"]:
                    return
                self.advance(newest, trouble.get(Stage(newest["stage"]), Outcome.PASSED))

        def advance(self, row, ending):
            closed = row["closed_by"] is not None and row["undoes"] is None
            before = row["started"]
            story = {stage: dataclasses.replace(step, does=_does(ending)) for stage, step in _STORY.items()}
            there_again = mock.patch.object(recipe, "look_again", lambda claim, _: ledger.claims.trust(claim))
            with mock.patch.object(recipe, "STORY", story), there_again, suppress(Killed):
                recipe.advance(row["id"], tools=self.tools)
            (now,) = (each for each in self.rows() if each["id"] == row["id"])
            assert not closed or before or not now["started"], "a closed target begins nothing"

        @precondition(lambda self: self.stale is None)
        @rule(which=WHICH, meanwhile=st.booleans())
        def a_worker_is_paused_and_its_lock_is_lost(self, which, meanwhile):
            if row := self.one(which):
                self.stale = ledger.claims.claim(row["id"])
                self.held = self.stale.__enter__()
                if self.held:
                    self.held.connection.execute("select pg_advisory_unlock_all()")
                if meanwhile:
                    self.advance(row, Outcome.PASSED)

        @precondition(lambda self: self.stale is not None)
        @rule()
        def it_wakes_late_and_records_only_if_its_claim_is_the_newest(self):
            held, scope, self.stale = self.held, self.stale, None
            try:
                if held:
                    self.record_late(held)
            finally:
                scope.__exit__(None, None, None)

        def record_late(self, held):
            (row,) = (each for each in self.rows() if each["id"] == held.deployment.id)
            overtaken = row["claim"] != held.number or row["finished"] is not None
            then = recipe.STORY[held.deployment.stage].passed
            done = Done(outcome=Outcome.PASSED, gave=GAVE.get(held.deployment.stage))
            try:
                ledger.claims.record(held, done, then)
                assert not overtaken
            except Unavailable:
                assert overtaken

        @invariant()
        def all_is_lawful(self):
            rows = self.rows()
            for target in self.targets:
                at_once = [
                    row["id"]
                    for row in rows
                    if row["target"] == target and row["started"] and not row["finished"]
                ]
                assert len(at_once) <= 1, at_once
            for row in rows:
                status, stage = Status(row["status"]), Stage(row["stage"])
                ended = row["finished"] is not None
                assert row["ends"] == ([status.value] if ended else None), row
                assert row["claim"] >= self.claims.get(row["id"], 0)
                self.claims[row["id"]] = row["claim"]
                if status is Status.WAITING:
                    assert not row["started"]
                elif status is Status.RUNNING:
                    assert row["started"]
                    assert not ended
                elif row["started"]:
                    assert stage in LAWFUL[status], row
                else:
                    assert status in (Status.SUPERSEDED, Status.CANCELLED), row

        def teardown(self):
            if self.stale is not None:
                self.stale.__exit__(None, None, None)
            self.everything_comes_to_an_end()

        def everything_comes_to_an_end(self):
            """With the targets open and nothing in the way, wake-ups alone lead each to its end."""
            for name in self.targets:
                ledger.adopt(name)
                self.attempt(lambda name=name: ledger.care.unlock(name, because="seen", actor="grace"))
            mine = {row["id"] for row in self.rows()}
            for _ in range(12 * (len(mine) + 1)):
                sent = []
                ledger.rows("update bascule.wake_up set not_before = now() returning id")
                ledger.outbox.publish(sent.append)
                sent += ledger.outbox.wake_stalled(quiet_seconds=0)
                for row in [row for row in self.rows() if row["id"] in sent]:
                    self.advance(row, Outcome.PASSED)
                self.all_is_lawful()
                left = [row for row in self.rows() if not row["finished"]]
                if not left:
                    return
            raise AssertionError([(row["id"], row["status"], row["waiting_for"]) for row in left])

    return Lawful


_STORY = recipe.STORY


def _does(ending):
    """Return what a stage does that ends so; an outcome that it never has is a pass."""

    def does(claim, _):
        stage = claim.deployment.stage
        match ending:
            case "away":
                raise Unavailable("nobody answers")
            case "killed":
                raise Killed
            case "fault":
                raise BasculeError("it does not work", remedy="mend it")
        if ending is not Outcome.PASSED and getattr(_STORY[stage], ending.value) is None:
            return Done(outcome=Outcome.PASSED, gave=GAVE.get(stage))
        gave = GAVE.get(stage) if ending is Outcome.PASSED or stage is Stage.PLAN else None
        return Done(outcome=ending, gave=gave)

    return does


def test_deployments_change_only_lawfully_and_each_comes_to_its_end(ledger):
    run_state_machine_as_test(
        machine_of(ledger),
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def a_failed_apply_is_not_rolled_back(monkeypatch):
    unlawful = dataclasses.replace(_STORY[Stage.APPLY], failed=Status.FAILED)
    monkeypatch.setitem(_STORY, Stage.APPLY, unlawful)


def an_apply_fails(machine):
    machine.a_push_goes_all_the_way(where=0, commit="a" * 40, trouble={Stage.APPLY: Outcome.FAILED})
    machine.all_is_lawful()


def an_old_claim_is_recorded(monkeypatch):
    any_claim = claims._SQL["still_ours"].replace("d.claim = %(claim)s", "%(claim)s > 0")
    monkeypatch.setattr(claims, "_SQL", {**claims._SQL, "still_ours": any_claim})


def a_worker_wakes_late(machine):
    machine.push(where=0, commit="a" * 40)
    machine.a_worker_is_paused_and_its_lock_is_lost(which=0, meanwhile=True)
    machine.it_wakes_late_and_records_only_if_its_claim_is_the_newest()


@pytest.mark.parametrize(
    ("unlawful", "way"),
    [
        (a_failed_apply_is_not_rolled_back, an_apply_fails),
        (an_old_claim_is_recorded, a_worker_wakes_late),
    ],
)
def test_the_machine_sees_what_is_unlawful(ledger, monkeypatch, unlawful, way):
    way(machine_of(ledger)())
    unlawful(monkeypatch)
    with pytest.raises(AssertionError):
        way(machine_of(ledger)())
