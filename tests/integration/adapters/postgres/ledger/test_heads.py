"""What the ledger takes for the head that a target was last asked for."""

from orchestrator.domain.deployment import (
    Applied,
    AppliedMigration,
    Done,
    Outcome,
    Stage,
    Status,
)
from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.plan import Plan
from tests.integration.adapters.postgres.ledger.conftest import request

A, B, X = "a" * 40, "b" * 40, "f" * 40
MIGRATION = Migration(version="20260101000000", name="x", file=SqlFile(path="m/x.sql", sha256="f" * 64))


def end(ledger, deployment, then=Status.SUCCEEDED, **done):
    with ledger.claims.claim(deployment) as claim:
        assert claim is not None
        ledger.claims.record(claim, Done(outcome=Outcome.PASSED, **done), then)


def overtaken(ledger, commit, *, head):
    """A webhook comes late: the branch is elsewhere by now."""
    late = ledger.push(commit)
    with ledger.claims.claim(late) as claim:
        ledger.claims.supersede(claim, head=head)
    return late


def test_a_commit_whose_late_webhook_was_overtaken_is_deployed_when_the_branch_is_forced_back_to_it(ledger):
    ledger.adopt()
    end(ledger, ledger.push(B))
    late = overtaken(ledger, X, head=B)
    forced = ledger.push(X)
    assert forced != late
    assert ledger.reading.deployment(forced).finished is None


def test_the_head_watch_does_not_take_an_overtaken_commit_for_the_head(ledger):
    ledger.adopt()
    end(ledger, ledger.push(B))
    overtaken(ledger, X, head=B)
    assert ledger.outbox.followed_heads() == {"staging": B}


def test_a_commit_that_a_person_named_is_not_the_head(ledger):
    ledger.adopt()
    end(ledger, ledger.push(B))
    end(ledger, ledger.care.ask(request(A), confirm_head=False))
    assert ledger.outbox.followed_heads() == {"staging": B}
    overtaken(ledger, X, head=B)
    assert [one.commit for one in ledger.reading.deployments()] == [X, A, B]


def test_a_branch_that_is_forced_to_an_undone_commit_gets_a_deployment_of_its_own(ledger):
    ledger.adopt()
    first = ledger.push(A)
    end(ledger, first, then=Stage.APPLY, gave=Plan(pending=(MIGRATION,)))
    end(ledger, first, gave=Applied(migrations=(AppliedMigration(migration=MIGRATION, took_seconds=1),)))
    end(ledger, ledger.push(B))
    undo = ledger.care.undo(first, actor="grace")
    end(ledger, undo, then=Status.ROLLED_BACK)
    assert ledger.outbox.followed_heads() == {"staging": B}
    assert ledger.push(A) not in (first, undo)


def test_the_head_told_again_joins_although_a_person_deployed_something_in_between(ledger):
    ledger.adopt()
    end(ledger, head := ledger.push(B))
    end(ledger, ledger.care.ask(request(A), confirm_head=False))
    assert ledger.push(B) == head
