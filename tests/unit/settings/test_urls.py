import pytest

from orchestrator.settings import urls


@pytest.mark.parametrize(
    "url",
    [
        "redis://:secret@broker:6379/0",
        "rediss://broker",
        "amqp://user:secret@broker",
        "amqp://user:secret@broker:5672//",
        "amqps://user:sec%2Fret@broker:5671/bascule",
    ],
)
def test_valkey_redis_and_rabbitmq_are_brokers(url):
    assert urls.broker(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "sqs://user:secret@broker",
        "pyamqp://user:secret@broker",
        "amqp:///vhost",
        "amqp://user:secret@broker/vhost?heartbeat=0",
        "user:secret@broker",
    ],
)
def test_what_is_no_broker_of_ours_is_refused_without_its_password(url):
    with pytest.raises(ValueError, match="amqp://user:password@host:5672/vhost") as refused:
        urls.broker(url)
    assert "secret" not in str(refused.value)
