from orchestrator.adapters.json_form import to_json
from orchestrator.domain.deployment import (
    Applied,
    Outcome,
    Rollback,
    RollbackMethod,
    Stage,
    StageRun,
    Status,
)
from orchestrator.domain.plan import Leaving, Plan
from orchestrator.web.story import story_of
from tests.support.told_deployments import ROLLED_BACK, RUNS, deployment, migration, run


def test_every_migration_of_the_plan_has_its_fate() -> None:
    fates = story_of(ROLLED_BACK, RUNS).fates
    assert [(fate.name, fate.state) for fate in fates] == [
        ("order_numbers", "reverted"),
        ("partner_documents", "reverted"),
        ("customer_unique_email", "failed"),
    ]


def test_before_the_apply_stage_migrations_are_pending_and_afterwards_they_were_not_applied() -> None:
    planned = RUNS[:2]
    running = story_of(deployment(1, Status.RUNNING, stage=Stage.VALIDATE), planned)
    refused = story_of(deployment(1, Status.REFUSED, stage=Stage.VALIDATE), planned)
    assert {fate.state for fate in running.fates} == {"pending"}
    assert {fate.state for fate in refused.fates} == {"not applied"}


def test_the_stage_that_runs_stands_out_and_the_others_follow() -> None:
    story = story_of(deployment(1, Status.RUNNING, stage=Stage.APPLY), RUNS[:4])
    states = {step.stage: step.state for step in story.steps}
    assert states[Stage.PLAN] == "passed"
    assert states[Stage.APPLY] == "running"
    assert states[Stage.SMOKE] == "next"
    assert Stage.ROLLBACK not in states


def test_stages_that_were_never_reached_say_so_and_no_rollback_is_shown_where_none_ran() -> None:
    story = story_of(deployment(1, Status.REFUSED, stage=Stage.PLAN), RUNS[:2])
    states = {step.stage: step.state for step in story.steps}
    assert states[Stage.SMOKE] == "never"
    assert Stage.ROLLBACK not in states


def test_the_last_attempt_at_a_stage_counts() -> None:
    runs = (run(Stage.CHECKOUT, {}, Outcome.FAILED), run(Stage.CHECKOUT, {}, attempt=2))
    (step, *_) = story_of(deployment(1, Status.RUNNING, stage=Stage.PLAN), runs).steps
    assert step.state == "passed"


def test_a_finding_that_two_stages_saw_is_shown_once() -> None:
    (validate,) = (each for each in RUNS if each.stage is Stage.VALIDATE)
    assert len(story_of(ROLLED_BACK, (validate, validate)).findings) == 1


def test_what_left_the_branch_has_its_fate_before_what_is_pending() -> None:
    gone = migration("20260101000000", "old_prices")
    plan = run(Stage.PLAN, to_json(Plan(leaving=(Leaving(migration=gone, deployment=3),))))
    undone = run(Stage.APPLY, to_json(Applied(reverted=(gone.version,))))
    back = to_json(Rollback(method=RollbackMethod.REVERTED, restored=(gone.version,)))

    def state(status: Status, *runs: StageRun) -> str:
        (fate,) = story_of(deployment(1, status), (plan, *runs)).fates
        assert fate.name == "old_prices"
        return fate.state

    assert state(Status.RUNNING) == "to be undone"
    assert state(Status.REFUSED) == "still applied"
    assert state(Status.SUCCEEDED, undone) == "undone"
    assert state(Status.ROLLED_BACK, undone, run(Stage.ROLLBACK, back)) == "applied again"
