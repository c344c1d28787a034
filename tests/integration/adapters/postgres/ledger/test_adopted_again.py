"""A target that was released and is adopted again: what was asked for before counts no more."""

from orchestrator.domain.deployment import Done, Outcome, Status
from tests.integration.adapters.postgres.ledger.conftest import request

A, B, C = "a" * 40, "b" * 40, "c" * 40


def end(ledger, deployment):
    with ledger.claims.claim(deployment) as claim:
        assert claim is not None
        ledger.claims.record(claim, Done(outcome=Outcome.PASSED), Status.SUCCEEDED)


def adopt(ledger, head):
    ledger.care.adopt("staging", commit=head, present=(), actor="ada")


def commits(ledger):
    return [one.commit for one in ledger.reading.deployments()]


def reconcile(ledger, head):
    """What the head watch does about this head; returns the deployment that it asked for, if it did."""
    if ledger.outbox.followed_heads()["staging"] == head:
        return None
    return ledger.outbox.ask(request(head))


def test_only_a_head_after_the_one_at_adoption_is_deployed(ledger):
    adopt(ledger, A)
    end(ledger, ledger.push(A))
    ledger.care.release("staging", actor="ada")
    adopt(ledger, B)
    assert reconcile(ledger, B) is None
    assert commits(ledger) == [A]
    assert reconcile(ledger, C) is not None
    assert commits(ledger) == [C, A]


def test_a_branch_that_is_forced_back_to_what_was_deployed_before_the_adoption_is_deployed_again(ledger):
    adopt(ledger, A)
    earlier = ledger.push(A)
    end(ledger, earlier)
    ledger.care.release("staging", actor="ada")
    adopt(ledger, B)
    assert reconcile(ledger, A) != earlier
    assert commits(ledger) == [A, A]
    assert reconcile(ledger, A) is None


def test_a_push_that_waited_for_the_adoption_is_what_was_asked_for(ledger):
    waiting = ledger.push(A)
    assert ledger.push(A) == waiting
    adopt(ledger, A)
    assert ledger.push(A) == waiting
    assert reconcile(ledger, A) is None
    end(ledger, waiting)
    assert ledger.push(A) == waiting
    assert reconcile(ledger, A) is None
    assert commits(ledger) == [A]


def test_a_push_told_twice_while_the_target_is_released_makes_one_deployment(ledger):
    adopt(ledger, A)
    end(ledger, ledger.push(A))
    ledger.care.release("staging", actor="ada")
    assert ledger.push(B) == ledger.push(B)
    assert commits(ledger) == [B, A]
