"""Asking for deployments: what one statement of the ledger writes, whoever asks."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from orchestrator.adapters.postgres.ledger.care import LedgerCare
from orchestrator.adapters.postgres.ledger.deployments import Telling
from orchestrator.adapters.postgres.ledger.pushes import LedgerReception
from orchestrator.domain.deployment import Status
from orchestrator.domain.event import EventKind
from orchestrator.domain.push import Receipt
from tests.integration.adapters.postgres.ledger.conftest import request

A, B, C = "a" * 40, "b" * 40, "c" * 40
CURIOUS = Telling(subscriptions={"team": frozenset({EventKind.SUPERSEDED})}, public_url="http://page.example")


def receipt(name):
    return Receipt(repository="app", forge="github", id=name, event="push", body=b"{}")


def test_a_channel_that_wants_to_know_is_told_of_each_deployment_that_a_newer_one_overtook(ledger):
    reception, care = LedgerReception(ledger.pool, CURIOUS), LedgerCare(ledger.control, CURIOUS)
    (first,) = reception.store(receipt("r1"), [request(A)]).deployments
    (second,) = reception.store(receipt("r2"), [request(B)]).deployments
    care.ask(request(C), confirm_head=True)
    ledger.rows("update bascule.notification set taken_until = null returning id")
    told = [ledger.notifications.due(limit=1)[0].message]
    ledger.rows("update bascule.notification set delivered = now() where attempts > 0 returning id")
    told.append(ledger.notifications.due(limit=1)[0].message)
    assert [(one.event, one.deployment, one.commit) for one in told] == [
        (Status.SUPERSEDED, first, A),
        (Status.SUPERSEDED, second, B),
    ]
    assert ledger.rows("select count(*) from bascule.notification") == [(2,)]


def test_each_overtaken_deployment_has_one_final_event_and_no_other_wake_up_is_sent_than_the_newest(ledger):
    made = [ledger.push(commit) for commit in (A, B, C)]
    assert ledger.rows("select deployment, kind from bascule.event order by id") == [
        (made[0], "created"),
        (made[1], "created"),
        (made[0], "superseded"),
        (made[2], "created"),
        (made[1], "superseded"),
    ]
    sent = []
    assert ledger.outbox.publish(sent.append) == 3
    assert sent == [made[2]]


def test_a_push_is_stored_with_all_that_it_asks_for_or_not_at_all(ledger):
    with pytest.raises(psycopg.IntegrityError):
        ledger.reception.store(receipt("r1"), [request(A), request(None, "unlawful")])
    assert ledger.rows("select 1 from bascule.push") == []
    assert ledger.reading.deployments() == ()
    assert ledger.reception.store(receipt("r1"), [request(A)]).new


def test_pushes_for_the_same_targets_at_once_never_wait_for_each_other_in_a_circle(ledger):
    def store(number):
        targets = ("east", "west") if number % 2 else ("west", "east")
        asked = [request(f"{number:040}", target) for target in targets]
        return ledger.reception.store(receipt(f"r{number}"), asked)

    with ThreadPoolExecutor(4) as pool:
        stored = list(pool.map(store, range(40)))
    assert all(one.new and len(one.deployments) == 2 for one in stored)
    waiting = ledger.rows("select target from bascule.deployment where finished is null order by 1")
    assert waiting == [("east",), ("west",)]
    for one in stored:
        names = [ledger.reading.deployment(each).target for each in one.deployments]
        assert names == ["east", "west"], "in the order of their names"
