import json
import time
from datetime import datetime

import pytest
import redis

from orchestrator.adapters.celery_queue import ADVANCE, CeleryQueue
from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.errors import Unavailable


def test_a_wake_up_outlives_clocks_that_differ_and_does_not_pile_up_for_days(valkey):
    CeleryQueue(valkey.url).wake(DeploymentId(7))
    with redis.Redis.from_url(valkey.url) as broker:
        message = json.loads(broker.lindex("bascule", 0))
    headers = message["headers"]
    left = datetime.fromisoformat(headers["expires"]).timestamp() - time.time()
    assert headers["task"] == ADVANCE
    assert 30 * 60 < left < 24 * 3600


def test_a_broker_that_is_away_is_told_in_our_words_and_without_its_password():
    with pytest.raises(Unavailable) as told:
        CeleryQueue("redis://:secret@127.0.0.1:1/0").wake(DeploymentId(7))
    assert told.value.code == "broker-unavailable"
    assert "secret" not in str(told.value)
