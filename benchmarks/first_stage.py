"""From the 202 to the first stage running, beside a bare Celery task on the same broker.

Each push is for an adopted target on which nothing runs. The time ends where the ledger says that the stage
began; both clocks are this machine's. The peer is sent by its name and acknowledged late, as ours is, and
ends where its sender has the answer.
"""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import redis

from benchmarks.bare_task import ANSWERS, BROKER, QUEUE, TASK
from benchmarks.figure import Figure, Sizes, percentile, took
from benchmarks.ground import Ground
from orchestrator.adapters.celery_queue import make_app
from tests.support.github import ZERO, signed_push
from tests.support.service import SECRET, Service

NAME = "first_stage"
PEER = "a bare Celery task: sent, begun, answered; acknowledged late"

_ROOT: Final = Path(__file__).parents[1]
_WAIT_SECONDS: Final = 30
#: pushes that count for nothing
_WARM_UP: Final = 3


def measure(ground: Ground, sizes: Sizes) -> Iterator[Figure]:
    """Push one commit after the other, and send a bare task after each."""
    with ground.target() as target_url, ground.service(target_url=target_url) as service:
        service.work.commit("Begin")
        service.work.push("origin", "staging")
        service.command("adopt", "staging")
        service.start()
        with _bare_worker(service) as peer:
            pairs = [(_push(service), peer()) for _ in range(sizes.commits + _WARM_UP)][_WARM_UP:]
    for percent in (50, 99):
        yield Figure(
            benchmark=NAME,
            name=f"p{percent}",
            milliseconds=percentile([ours for ours, _ in pairs], percent),
            peer_milliseconds=percentile([theirs for _, theirs in pairs], percent),
        )


def _push(service: Service) -> float:
    """Push a commit that changes nothing; return how long after the 202 its first stage began."""
    commit = service.work.commit("Change nothing")
    service.work.push("origin", "staging")
    headers, body = signed_push(SECRET, "example/app", "staging", ZERO, commit)
    with closing(http.client.HTTPConnection(urlsplit(service.webhooks).netloc, timeout=30)) as line:
        line.request("POST", "/webhooks/app", body, headers)
        answer = line.getresponse()
        acknowledged = time.time()
        assert answer.status == http.client.ACCEPTED, answer.read()
    ended = service.ended(commit)
    assert ended.started is not None
    return (ended.started.timestamp() - acknowledged) * 1000


@contextmanager
def _bare_worker(service: Service) -> Iterator[Callable[[], float]]:
    """Run a worker with the bare task; gives what sends one and returns how long its answer took."""
    url = service.environment["BROKER_URL"]
    app = make_app(url)
    app.conf.task_default_queue = QUEUE
    options = ("--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat")
    command = (sys.executable, "-m", "celery", "-A", "benchmarks.bare_task", "--quiet", "worker", *options)
    with (
        (service.logs / "bare.log").open("w") as log,
        redis.Redis.from_url(url) as broker,
        subprocess.Popen(
            command,
            cwd=_ROOT,
            env={**service.environment, BROKER: url},
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as worker,
    ):

        def send() -> None:
            app.send_task(TASK, (1,), ignore_result=True)
            assert broker.blpop([ANSWERS], timeout=_WAIT_SECONDS), "the bare worker does not answer"

        try:
            yield lambda: took(send)
        finally:
            os.killpg(worker.pid, signal.SIGKILL)
