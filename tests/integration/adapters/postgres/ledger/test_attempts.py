"""A stage that ends its worker each time comes to an end of its own, whichever stage it is."""

import dataclasses

import pytest

from orchestrator import recipe
from orchestrator.domain.deployment import Stage, Status
from orchestrator.domain.target import TargetPolicy
from orchestrator.steps import Tools

ATTEMPTS = 3
POLICY = TargetPolicy(name="staging", repository="app", branch="staging", attempts=ATTEMPTS)


class Killed(Exception):
    """Stands for the end of a worker: nothing of the stage is recorded, and its connection is gone."""


def tools_of(ledger):
    """Return tools of which stages that are replaced need no more than the ledger."""
    rest = {field.name: None for field in dataclasses.fields(Tools)}
    return Tools(**rest | {"claims": ledger.claims, "kept": ledger.kept, "policies": {"staging": POLICY}})


@pytest.mark.parametrize("stage", Stage)
def test_a_stage_that_kills_its_worker_ends_after_so_many_attempts_and_names_itself(
    ledger, stage, monkeypatch
):
    ledger.adopt()
    deployment = ledger.push("a" * 40)
    with ledger.claims.claim(deployment) as claim:
        ledger.claims.go_back(claim, stage)
    begun = []

    def kill(claim, _):
        begun.append(claim.deployment.stage)
        raise Killed

    killing = {each: dataclasses.replace(step, does=kill) for each, step in recipe.STORY.items()}
    monkeypatch.setattr(recipe, "STORY", killing)
    for _ in range(ATTEMPTS):
        with pytest.raises(Killed):
            recipe.advance(deployment, tools=tools_of(ledger))
    recipe.advance(deployment, tools=tools_of(ledger))
    assert begun == [stage] * ATTEMPTS
    now = ledger.reading.deployment(deployment)
    assert now.failure.code == "attempts-exhausted"
    assert now.failure.nouns["stage"] == stage
    assert f"stage {stage} broke off {ATTEMPTS} times" in now.failure.message
    assert f"bascule retry {deployment}" in now.failure.remedy
    expected = recipe.STORY[stage].failed
    if isinstance(expected, Status):
        assert now.status is expected
        (told,) = ledger.notifications.due(limit=5)
        assert (told.message.reasons, told.message.remedy) == ((now.failure.message,), now.failure.remedy)
    else:
        assert (now.status, now.stage) == (Status.RUNNING, expected)
