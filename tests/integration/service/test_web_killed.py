"""The web process is killed while pushes pour in: whatever it acknowledged is stored."""

import http.client
import json
import os
import signal
import threading
from contextlib import closing
from typing import Self
from urllib.parse import urlsplit

import pytest

from tests.support.github import ZERO, signed_push
from tests.support.service import SECRET

SENDERS = 6
BEFORE_THE_KILL = 40


class Senders:
    """Forges that send without a pause until the line is cut; they remember what was acknowledged."""

    def __init__(self, webhooks: str) -> None:
        self._place = urlsplit(webhooks).netloc
        self.acknowledged: dict[str, list[int]] = {}
        self.sent: set[str] = set()
        self.enough = threading.Event()
        self._threads = [threading.Thread(target=self._send) for _ in range(SENDERS)]

    def _send(self) -> None:
        with closing(http.client.HTTPConnection(self._place, timeout=10)) as line:
            try:
                for _ in range(1000):
                    headers, body = signed_push(SECRET, "example/app", "staging", ZERO, os.urandom(20).hex())
                    receipt = headers["X-GitHub-Delivery"]
                    self.sent.add(receipt)
                    line.request("POST", "/webhooks/app", body, headers)
                    answer = line.getresponse()
                    told = json.loads(answer.read())
                    assert answer.status == http.client.ACCEPTED, told
                    self.acknowledged[receipt] = [each["id"] for each in told["deployments"]]
                    if len(self.acknowledged) >= BEFORE_THE_KILL:
                        self.enough.set()
            except (http.client.HTTPException, OSError):
                return

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join(timeout=30)
            assert not thread.is_alive()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_each_202_has_its_row_when_the_web_process_is_killed_between_two_pushes(service, number):
    service.start("web")
    with Senders(service.webhooks) as senders:
        assert senders.enough.wait(30)
        service.kill("web", number=number)
    with service.house.control.connection() as connection:
        rows = connection.execute(
            "select p.receipt, d.id, d.finished is null as waits from bascule.push p"
            " left join bascule.deployment d on d.push = p.id"
        ).fetchall()
        woken = {row["deployment"] for row in connection.execute("select deployment from bascule.wake_up")}
    stored = {row["receipt"]: [row["id"]] for row in rows}
    assert len(senders.acknowledged) >= BEFORE_THE_KILL
    assert senders.acknowledged.items() <= stored.items(), "acknowledged and not stored"
    assert stored.keys() <= senders.sent
    # a push is stored whole or not at all: each made a deployment and its wake-up, and one of them waits
    assert {row["id"] for row in rows} == woken
    assert sum(row["waits"] for row in rows) == 1
    if number == signal.SIGTERM:
        assert stored.keys() == senders.acknowledged.keys(), "what had begun was answered"
