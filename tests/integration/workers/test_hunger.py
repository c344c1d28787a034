"""A worker's look at a real queue; Celery's own side, its event loop, is played."""

from collections import Counter
from types import SimpleNamespace

import pytest
import redis.exceptions
from celery.worker import state

from orchestrator.adapters.celery_queue import QUEUE, CeleryQueue
from orchestrator.domain.deployment import DeploymentId
from workers.hunger import Hunger


@pytest.fixture
def waiting(broker):
    """A queue in which a message waits."""
    queue = CeleryQueue(broker.url)
    queue.wake(DeploymentId(1))
    yield broker
    queue.close()


@pytest.fixture
def worker(waiting, monkeypatch):
    """What Celery gives to a step; `called` are the calls that the event loop was asked for."""
    monkeypatch.setattr(state, "total_count", Counter())
    monkeypatch.setattr(state, "reserved_requests", set())
    called, looks = [], []

    def call_repeatedly(_seconds, look, given):
        looks.append(lambda: look(*given))
        return SimpleNamespace(cancel=looks.clear)

    return SimpleNamespace(
        app=SimpleNamespace(conf=SimpleNamespace(broker_url=waiting.url, task_default_queue=QUEUE)),
        hub=SimpleNamespace(call_soon=called.append),
        timer=SimpleNamespace(call_repeatedly=call_repeatedly),
        pool=SimpleNamespace(num_processes=2),
        called=called,
        looks=looks,
    )


@pytest.fixture
def look(worker):
    step = Hunger(worker)
    step.start(worker)
    yield worker.looks[0]
    step.stop(worker)
    assert worker.looks == []


def test_workers_that_get_nothing_while_messages_wait_connect_anew(worker, look):
    look()
    assert worker.called == []
    look()
    (connect_anew,) = worker.called
    with pytest.raises(redis.exceptions.ConnectionError):
        connect_anew()


def test_a_worker_that_got_something_meanwhile_stays(worker, look):
    for _ in range(4):
        look()
        state.total_count["workers.advance"] += 1
        look()
    assert worker.called == []


def test_a_worker_that_is_busy_stays(worker, look):
    state.reserved_requests |= {"one", "two"}
    for _ in range(3):
        look()
    assert worker.called == []


def test_a_worker_for_whom_nothing_waits_stays(waiting, worker, look):
    waiting.forget()
    for _ in range(3):
        look()
    assert worker.called == []
