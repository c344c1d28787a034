"""What every broker has to do for us: carry ids, say soon that it is away, go on as if nothing had been."""

import json
import time
from contextlib import closing
from datetime import datetime

import pytest

from orchestrator.adapters import broker as brokers
from orchestrator.adapters.celery_queue import ADVANCE, LOOK, QUEUE, CeleryQueue, make_app
from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.errors import Unavailable

#: two tries of a few seconds each
SOON_SECONDS = 15


def taken(broker):
    """Take what waits at the broker."""
    messages = []
    with make_app(broker.url).connection_for_read() as connection:
        waiting = make_app(broker.url).amqp.queues[QUEUE](connection.default_channel)
        waiting.declare()
        deadline = time.monotonic() + 5
        while (message := waiting.get()) or not messages:
            if message:
                message.ack()
                messages.append(message)
            assert time.monotonic() < deadline, "nothing came"
    return messages


def send_in_the_end(queue, number):
    """Send as the relay does: again and again until the broker has it."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return queue.wake(DeploymentId(number))
        except Unavailable:
            assert time.monotonic() < deadline


def numbers(broker):
    return [json.loads(message.body)[0][0] for message in taken(broker)]


@pytest.fixture
def queue(broker):
    it = CeleryQueue(broker.url)
    yield it
    it.close()


def test_a_stage_may_take_what_the_settings_say_and_is_handed_out_again_only_later():
    conf = make_app("redis://127.0.0.1:1/0", longest_stage_seconds=60).conf
    assert conf.task_soft_time_limit == 60
    assert 60 < conf.task_time_limit < conf.broker_transport_options["visibility_timeout"]


def test_a_wake_up_is_an_id_that_outlives_clocks_that_differ_and_does_not_pile_up_for_days(broker, queue):
    queue.wake(DeploymentId(7))
    queue.look("staging")
    wake_up, look = taken(broker)
    left = datetime.fromisoformat(wake_up.headers["expires"]).timestamp() - time.time()
    assert wake_up.headers["task"] == ADVANCE
    assert json.loads(wake_up.body)[:2] == [[7], {}]
    assert 30 * 60 < left < 24 * 3600
    assert look.headers["task"] == LOOK
    assert json.loads(look.body)[:2] == [["staging"], {}]


def test_a_broker_that_is_away_is_told_soon_and_without_its_password(broker, queue):
    queue.wake(DeploymentId(1))
    broker.kill()
    try:
        began = time.monotonic()
        with pytest.raises(Unavailable) as told:
            queue.wake(DeploymentId(2))
        with pytest.raises(Unavailable) as pinged:
            brokers.ping(broker.url)
        assert time.monotonic() - began < SOON_SECONDS
    finally:
        broker.start()
    assert told.value.code == pinged.value.code == "broker-unavailable"
    secret = broker.url.rpartition("@")[0].rpartition(":")[2]
    for problem in (told.value, pinged.value):
        assert secret not in f"{problem} {problem.__dict__} {problem.__context__} {problem.__cause__}"


def test_a_broker_that_came_back_while_nothing_was_sent_gets_the_next_wake_up(broker, queue):
    queue.wake(DeploymentId(1))
    broker.kill()
    broker.start()
    send_in_the_end(queue, 2)
    assert numbers(broker)[-1] == 2


def test_a_broker_that_forgot_everything_gets_the_next_wake_up(broker, queue):
    queue.wake(DeploymentId(1))
    broker.forget()
    queue.wake(DeploymentId(2))
    assert numbers(broker) == [2]


def test_a_broker_that_hangs_is_told_and_what_comes_after_is_sent(broker, queue):
    queue.wake(DeploymentId(1))
    broker.freeze()
    try:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            queue.wake(DeploymentId(2))
        with pytest.raises(Unavailable):
            brokers.ping(broker.url)
        assert time.monotonic() - began < SOON_SECONDS
    finally:
        broker.thaw()
    send_in_the_end(queue, 3)
    assert {1, 3} <= set(numbers(broker))


def test_the_broker_says_what_it_is(broker):
    product, version = brokers.ping(broker.url).split()
    assert product in {"Valkey", "RabbitMQ"}
    assert version[0].isdigit()


def test_the_queue_of_a_rabbitmq_is_replicated_and_what_is_in_it_outlives_the_server(rabbitmq):
    rabbitmq.forget()
    with closing(CeleryQueue(rabbitmq.url)) as queue:
        queue.wake(DeploymentId(7))
    rabbitmq.kill()
    rabbitmq.start()
    with make_app(rabbitmq.url).connection_for_read() as connection:
        channel = connection.default_channel
        # raises when the queue is of another kind
        channel.queue_declare(QUEUE, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
    (message,) = taken(rabbitmq)
    assert int(message.properties["expiration"]) > 30 * 60 * 1000
