"""What a target should be, as the ledger has it, and what is told when it is something else."""

import pytest

from orchestrator.adapters.postgres.ledger.deployments import Telling
from orchestrator.adapters.postgres.ledger.watching import LedgerWatching
from orchestrator.domain.drift import Drift
from orchestrator.domain.event import EventKind
from orchestrator.domain.facts import Change

HEAD = "a" * 40
EVENTS = "select kind, actor, detail from bascule.event where kind like 'drift%' order by id"


def drift(*names: str) -> Drift:
    changes = [Change(kind="table", identity=name, before=None, after="with=swordfish") for name in names]
    return Drift(changes=tuple(changes))


@pytest.fixture
def watching(ledger):
    telling = Telling(subscriptions={"team": frozenset({EventKind.DRIFTED}), "other": frozenset()})
    return LedgerWatching(ledger.control, telling)


def adopt(ledger, facts="f1", target="staging"):
    ledger.care.adopt(target, commit=HEAD, present=(), actor="ada", facts=facts)


def test_a_drift_is_told_once_until_it_is_another(ledger, watching):
    adopt(ledger)
    since = watching.watched("staging")
    assert (since.adopted, since.facts, since.running) == (True, "f1", None)
    for seen in (drift("x"), drift("x"), drift("x", "y"), drift("x", "y")):
        assert watching.saw("staging", seen, since=watching.watched("staging"))
    told = [(kind, detail["changes"]) for kind, _, detail in ledger.rows(EVENTS)]
    assert told == [("drifted", 1), ("drifted", 2)]
    (first, *_) = ledger.notifications.due(limit=9)
    assert (first.channel, first.message.deployment) == ("team", None)
    assert first.message.reasons == ("table x was added",)
    assert "swordfish" not in str(ledger.rows("select message from bascule.notification")) + str(
        ledger.rows(EVENTS)
    )
    (state,) = ledger.reading.targets()
    assert state.drifted is not None
    assert watching.saw("staging", Drift(), since=watching.watched("staging"))
    assert watching.saw("staging", Drift(), since=watching.watched("staging"))
    assert [kind for kind, *_ in ledger.rows(EVENTS)][2:] == ["drift_ended"]
    assert ledger.reading.targets()[0].drifted is None


def test_what_was_seen_while_a_deployment_ran_says_nothing(ledger, watching):
    adopt(ledger)
    since = watching.watched("staging")
    with ledger.claims.claim(ledger.push("b" * 40)) as claim:
        assert claim is not None
        assert watching.watched("staging").running == claim.deployment.id
        assert not watching.saw("staging", drift("x"), since=since)
        assert not watching.accept("staging", "f2", drift("x"), since=since, actor="ada")
    assert ledger.rows(EVENTS) == []
    assert watching.watched("staging").facts == "f1"


def test_what_was_seen_before_something_was_recorded_says_nothing(ledger, watching):
    adopt(ledger)
    since = watching.watched("staging")
    assert watching.accept("staging", "f2", drift("x"), since=since, actor="ada")
    assert not watching.saw("staging", drift("x"), since=since)
    assert watching.watched("staging").facts == "f2"
    assert [(kind, actor) for kind, actor, _ in ledger.rows(EVENTS)] == [("drift_accepted", "ada")]


def test_adopting_again_accepts_nothing_and_a_release_forgets(ledger, watching):
    adopt(ledger)
    adopt(ledger, "f2")
    assert watching.watched("staging").facts == "f1"
    ledger.care.release("staging", actor="ada")
    assert watching.watched("staging") == type(watching.watched("nowhere"))(adopted=False)
    adopt(ledger, "f2")
    assert watching.watched("staging").facts == "f2"


def test_a_target_of_an_earlier_version_gets_its_facts_when_it_is_adopted_again(ledger, watching):
    ledger.adopt()
    assert watching.watched("staging").facts is None
    assert ledger.outbox.send_looks(_unsent, targets=["staging"], every_seconds=1, at_once=9) == ()
    adopt(ledger, "f2")
    assert watching.watched("staging").facts == "f2"


def test_a_look_that_began_before_another_was_told_and_ends_after_it_tells_nothing(ledger, watching):
    adopt(ledger)
    assert watching.saw("staging", drift("x"), since=watching.watched("staging"))
    slow = watching.watched("staging")
    assert watching.saw("staging", drift(), since=watching.watched("staging"))
    assert not watching.saw("staging", drift("x"), since=slow)
    assert [kind for kind, *_ in ledger.rows(EVENTS)] == ["drifted", "drift_ended"]


def test_a_look_is_sent_for_once_however_many_relays_there_are(ledger):
    adopt(ledger)
    sent: list[str] = []
    for _ in range(3):
        ledger.outbox.send_looks(sent.append, targets=["staging", "gone"], every_seconds=60, at_once=9)
    assert sent == ["staging"]
    assert ledger.outbox.send_looks(sent.append, targets=[], every_seconds=0.000001, at_once=9) == ()
    assert ledger.outbox.send_looks(sent.append, targets=["staging"], every_seconds=0.000001, at_once=9) == (
        "staging",
    )


def test_of_many_targets_those_come_first_that_were_not_looked_at_for_longest(ledger):
    names = ["staging", "other", "third"]
    for name in names:
        adopt(ledger, target=name)
    sent: list[str] = []
    for _ in range(4):
        ledger.outbox.send_looks(sent.append, targets=names, every_seconds=0.000001, at_once=1)
    assert sorted(sent[:3]) == sorted(names)
    assert sent[3] == sent[0]


def test_a_look_that_could_not_be_sent_stays_due(ledger):
    adopt(ledger)
    with pytest.raises(OSError, match="away"):
        ledger.outbox.send_looks(_unsent, targets=["staging"], every_seconds=60, at_once=9)
    assert ledger.outbox.send_looks(lambda _: None, targets=["staging"], every_seconds=60, at_once=9) == (
        "staging",
    )


def test_nobody_is_sent_to_a_target_on_which_something_runs(ledger):
    adopt(ledger)
    with ledger.claims.claim(ledger.push("b" * 40)) as claim:
        assert claim is not None
        assert ledger.outbox.send_looks(_unsent, targets=["staging"], every_seconds=60, at_once=9) == ()


def _unsent(_target: str) -> None:
    raise OSError("the broker is away")
