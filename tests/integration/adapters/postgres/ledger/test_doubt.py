"""What answers nobody: of all deployments that wait for such things one at a time is looked at again."""

import dataclasses

import pytest

from orchestrator import recipe
from orchestrator.domain.deployment import Done, Outcome, Stage
from orchestrator.domain.errors import Unavailable
from orchestrator.domain.target import TargetPolicy
from tests.integration.adapters.postgres.ledger.test_attempts import tools_of
from tests.support.service import eventually

A = "a" * 40
TARGETS = ("staging", "other")
IN_DOUBT = "select target from bascule.deployment where in_doubt order by id"


@pytest.fixture
def doubted(ledger):
    """Two deployments whose stage found something to be away."""
    found = []
    for target in TARGETS:
        ledger.adopt(target)
        found.append(ledger.push(A, target))
        with ledger.claims.claim(found[-1]) as claim:
            ledger.claims.postpone(claim, seconds=60, in_doubt=True)
    assert ledger.rows(IN_DOUBT) == [("staging",), ("other",)]
    return found


def waking(ledger, deployment):
    soon = "not_before < now() + interval '5 s'"
    return ledger.rows(f"select 1 from bascule.wake_up where deployment = {deployment} and {soon}")


def test_one_in_doubt_keeps_the_others_from_their_turn_and_they_are_woken_again(ledger, doubted):
    first, second = doubted
    with ledger.claims.claim(first) as claim:
        assert claim.in_doubt
        with ledger.claims.claim(second) as another:
            assert another is None
        assert waking(ledger, second) != []
        attempts = ledger.reading.deployment(second).attempts
    assert attempts == 0
    with ledger.claims.claim(second) as claim:
        assert claim is not None


def test_what_answers_again_lets_the_next_one_look_and_is_in_doubt_no_more(ledger, doubted):
    first, second = doubted
    with ledger.claims.claim(first) as claim:
        ledger.claims.trust(claim)
        with ledger.claims.claim(second) as another:
            assert another.in_doubt
        ledger.claims.record(claim, Done(outcome=Outcome.PASSED), Stage.PLAN)
    assert ledger.rows(IN_DOUBT) == [("other",)]


def test_the_turn_is_free_with_the_connection_of_who_had_it(ledger, doubted):
    first, second = doubted
    with pytest.raises(ConnectionError), ledger.claims.claim(first):
        raise ConnectionError

    def has_the_turn():
        with ledger.claims.claim(second) as claim:
            return claim is not None

    # the server gives the locks of a closed connection back once it has noticed
    eventually(has_the_turn)


def test_a_stage_in_doubt_is_begun_only_when_what_it_needs_answers(ledger, doubted, monkeypatch):
    begun, answers = [], iter([Unavailable("nobody answers"), None])

    def look(claim, tools):
        if problem := next(answers):
            raise problem
        tools.claims.trust(claim)

    def does(claim, _):
        begun.append(claim.deployment.stage)
        return Done(outcome=Outcome.PASSED)

    policies = {name: TargetPolicy(name=name, repository="app", branch=name) for name in TARGETS}
    tools = dataclasses.replace(tools_of(ledger), policies=policies)
    checkout = dataclasses.replace(recipe.STORY[Stage.CHECKOUT], does=does)
    monkeypatch.setattr(recipe, "STORY", {Stage.CHECKOUT: checkout})
    monkeypatch.setattr(recipe, "look_again", look)
    recipe.advance(doubted[0], tools=tools)
    assert (begun, ledger.rows(IN_DOUBT)) == ([], [("staging",), ("other",)])
    recipe.advance(doubted[0], tools=tools)
    assert (begun, ledger.rows(IN_DOUBT)) == ([Stage.CHECKOUT], [("other",)])
