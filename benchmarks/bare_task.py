"""The least that a Celery task can be: acknowledged late, it answers at once.

`celery -A benchmarks.bare_task worker` carries it out.
"""

import os

import redis

from orchestrator.adapters.celery_queue import make_app

BROKER = "BARE_TASK_BROKER"
QUEUE = "bare"
ANSWERS = "bare-answers"
TASK = "benchmarks.answer"

app = make_app(os.environ.get(BROKER, ""))
app.conf.task_default_queue = QUEUE
_broker = redis.Redis.from_url(os.environ[BROKER]) if BROKER in os.environ else None


@app.task(name=TASK)  # type: ignore[untyped-decorator]
def answer(number: int) -> None:
    """Say that it was begun."""
    assert _broker is not None
    _broker.rpush(ANSWERS, number)
