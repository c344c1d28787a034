from dataclasses import replace
from datetime import UTC, datetime

import pytest

from orchestrator.cli.demo.acts import Push
from orchestrator.cli.demo.checks import Aftermath, checks
from orchestrator.cli.demo.databases import Snapshot
from orchestrator.domain.deployment import Cause, Deployment, DeploymentId, Outcome, Stage, StageRun, Status
from orchestrator.domain.errors import Failure
from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.plan import Hold

NOW = datetime(2026, 3, 16, tzinfo=UTC)
BEFORE = Snapshot(fingerprint="f", facts=3, history=("1",), dump="d")
FAILURE = Failure(family="target", code="unique", message="no", nouns={"sqlstate": "23505"})
HOLD = Hold(id=1, deployment=1, members=(("2", "sha"),), reason="no")

PUSH = Push(
    target="staging",
    author="Ada",
    subject="Two",
    files="two",
    status=Status.ROLLED_BACK,
    because=("23505",),
    history=("1",),
    held=("2",),
)
ENDED = Deployment(
    id=DeploymentId(1),
    target="staging",
    repository="telecom",
    branch="staging",
    commit="c",
    cause=Cause.PUSH,
    actor="Ada",
    status=Status.ROLLED_BACK,
    waiting_for=None,
    stage=Stage.ROLLBACK,
    attempts=1,
    created=NOW,
    stage_entered=NOW,
)
RUN = StageRun(
    stage=Stage.APPLY,
    outcome=Outcome.FAILED,
    attempt=1,
    started=NOW,
    finished=NOW,
    findings=(),
    failure=FAILURE,
    gave=None,
)
AS_TOLD = Aftermath(
    ended=ENDED,
    runs=(RUN,),
    before=BEFORE,
    after=BEFORE,
    holds=(HOLD,),
    headline="staging: rolled back — 1 migration undone",
)


def wrong(seen, push=PUSH):
    return [check.words for check in checks(push, seen) if not check.holds]


def test_an_aftermath_as_told_passes_every_check():
    assert wrong(AS_TOLD) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"ended": replace(ENDED, status=Status.STUCK)},
            "should have ended rolled back, but stuck",
        ),
        ({"runs": ()}, "should name 23505, but named nothing"),
        ({"after": replace(BEFORE, dump="e")}, "not as before: pg_dump differ"),
        ({"after": replace(BEFORE, fingerprint="g")}, "not as before: facts differ"),
        ({"holds": ()}, "held back should be 2, but nothing is"),
        ({"headline": None}, "Slack should have been told, but heard: nothing"),
    ],
)
def test_what_is_not_as_told_is_named(change, words):
    assert wrong(replace(AS_TOLD, **change)) == [words]


NOTE = Finding(rule="hidden-sql", severity=Severity.NOTE, source=Source.TREE, message="Unseen")
ERROR = Finding(
    rule="row-security-missing",
    severity=Severity.ERROR,
    source=Source.TREE,
    message="Open",
    remedy="Enable it",
    file="1_a.sql",
    line=1,
)
REFUSAL = replace(PUSH, status=Status.REFUSED, because=(ERROR.rule,), held=())
REFUSED = replace(
    AS_TOLD,
    ended=replace(ENDED, status=Status.REFUSED),
    runs=(replace(RUN, stage=Stage.VALIDATE, failure=None, findings=(ERROR,)),),
    holds=(),
    headline="staging: refused — the database was not touched",
)


def test_a_refusal_as_told_passes_every_check():
    assert wrong(REFUSED, REFUSAL) == []


def test_a_refusal_after_something_was_begun_is_none():
    runs = (*REFUSED.runs, replace(RUN, failure=None))
    assert wrong(replace(REFUSED, runs=runs), REFUSAL) == ["a migration was begun"]


@pytest.mark.parametrize("lacking", ["file", "remedy"])
def test_a_reason_without_place_or_way_out_is_named(lacking):
    runs = (replace(REFUSED.runs[0], findings=(replace(ERROR, **{lacking: ""}),)),)
    words = "row-security-missing should name place and way out"
    assert wrong(replace(REFUSED, runs=runs), REFUSAL) == [words]


def test_where_nothing_is_to_be_said_even_a_note_is_named():
    push = replace(PUSH, exemplary=True)
    assert wrong(AS_TOLD, push) == []
    runs = (replace(RUN, findings=(NOTE,)),)
    assert wrong(replace(AS_TOLD, runs=runs), push) == ["hidden-sql spoke up"]


@pytest.mark.parametrize(
    ("findings", "words"),
    [
        ((NOTE,), []),
        ((), ["hidden-sql should be a note, but is nothing"]),
        (
            (replace(NOTE, severity=Severity.WARNING),),
            ["hidden-sql should be a note, but is warning"],
        ),
    ],
)
def test_what_is_only_noted_is_no_more_and_no_less_than_a_note(findings, words):
    runs = (replace(RUN, findings=findings),)
    assert wrong(replace(AS_TOLD, runs=runs), replace(PUSH, noted=(NOTE.rule,))) == words


def rehearsed(**verdicts):
    rollbacks = [{"version": version[1:], "verdict": verdict} for version, verdict in verdicts.items()]
    return replace(
        RUN, stage=Stage.REHEARSE, outcome=Outcome.PASSED, failure=None, gave={"rollbacks": rollbacks}
    )


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        ((rehearsed(_2="proven", _3="lossy"), RUN), []),
        ((rehearsed(_2="lossy", _3="proven"), RUN), ["the rehearsal should have proven the rollbacks of 2"]),
        ((RUN,), ["the rehearsal should have proven the rollbacks of 2"]),
    ],
)
def test_what_is_told_to_be_proven_was_proven_by_the_rehearsal(runs, words):
    assert wrong(replace(AS_TOLD, runs=runs), replace(PUSH, proven=("2",))) == words


def test_a_reason_that_names_an_object_has_a_place():
    runs = (replace(REFUSED.runs[0], findings=(replace(ERROR, file=None, object="public.a"),)),)
    assert wrong(replace(REFUSED, runs=runs), REFUSAL) == []


def test_another_history_than_told_is_named():
    more = replace(BEFORE, history=("1", "2"))
    assert "staging should have 1, but has 1, 2" in wrong(replace(AS_TOLD, after=more))


def test_targets_that_are_to_be_the_same_are_compared():
    push = replace(PUSH, same_as="production")
    assert wrong(replace(AS_TOLD, other=BEFORE), push) == []
    different = replace(AS_TOLD, other=replace(BEFORE, fingerprint="g"))
    assert wrong(different, push) == ["its schema differs from production"]
