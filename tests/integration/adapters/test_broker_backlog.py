import pytest

from orchestrator.adapters.broker import Backlog
from orchestrator.adapters.celery_queue import QUEUE, CeleryQueue
from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.errors import Unavailable


@pytest.fixture
def backlog(broker):
    it = Backlog(broker.url, QUEUE)
    yield it
    it.close()


def test_what_waits_is_counted_and_nothing_waits_where_there_is_no_queue(broker, backlog):
    assert backlog.messages() == 0
    queue = CeleryQueue(broker.url)
    for number in (1, 2, 3):
        queue.wake(DeploymentId(number))
    assert backlog.messages() == 3
    broker.forget()
    assert backlog.messages() == 0
    queue.close()


def test_a_broker_that_is_gone_or_silent_is_said_to_be_so_in_time_and_then_asked_again(broker, backlog):
    backlog.messages()
    broker.freeze()
    try:
        with pytest.raises(Unavailable) as silent:
            backlog.messages()
    finally:
        broker.thaw()
    assert silent.value.code == "broker-unavailable"
    broker.kill()
    try:
        with pytest.raises(Unavailable):
            backlog.messages()
    finally:
        broker.start()
    assert backlog.messages() == 0
