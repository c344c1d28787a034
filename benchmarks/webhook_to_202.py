"""From the first byte of a webhook to its 202, beside a bare INSERT of the same bytes.

The web process and its ledger are real. Every webhook is a new commit for the same target: each is verified,
stored, and makes a deployment that supersedes the one before, which is the most that a push can cost.
"""

import http.client
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from statistics import median
from threading import Barrier
from urllib.parse import urlsplit

import psycopg

from benchmarks.figure import Figure, Sizes, percentile, took
from benchmarks.ground import Ground
from tests.support.github import ZERO, Delivery, signed_push
from tests.support.service import SECRET

NAME = "webhook_to_202"
PEER = "bare INSERT of body and headers, autocommit, on as many connections"

#: deals with one delivery
Send = Callable[[Delivery], object]
#: opens a connection of its own
Open = Callable[[ExitStack], Send]

_STORE = "insert into public.bare_push (headers, body) values (%s, %s)"
_CREATE = "create table public.bare_push (id bigserial primary key, headers text, body bytea)"


def measure(ground: Ground, sizes: Sizes) -> Iterator[Figure]:
    """Send webhooks on one, several and many connections at once."""
    with ground.target() as target_url, ground.service(target_url=target_url) as service:
        control_url = service.environment["CONTROL_URL"]
        with psycopg.connect(
            ground.servers.postgres.url(urlsplit(control_url).path[1:], "supabase_admin")
        ) as it:
            it.execute(_CREATE)
            it.execute("grant all on public.bare_push, public.bare_push_id_seq to bascule")
        service.start("web")
        ours, peer = _webhook(service.webhooks), _insert(control_url)
        for connections in sizes.connections:
            yield from _compare(ours, peer, connections, sizes)


def _compare(ours: Open, peer: Open, connections: int, sizes: Sizes) -> Iterator[Figure]:
    rounds = []
    for number in range(sizes.rounds + 1):
        both = [_round(each, connections, sizes.webhooks) for each in (ours, peer)]
        if number:  # the first round is the warm-up
            rounds.append(both)
    for percent in (50, 99):
        yield Figure(
            benchmark=NAME,
            name=f"p{percent}, {connections} at once",
            milliseconds=median(percentile(mine, percent) for mine, _ in rounds),
            peer_milliseconds=median(percentile(theirs, percent) for _, theirs in rounds),
        )


def _round(opening: Open, connections: int, count: int) -> list[float]:
    """Send so many deliveries, dealt out to the connections; return how long each took."""
    deliveries = [_delivery() for _ in range(count)]
    ready = Barrier(connections, timeout=30)

    def work(mine: Sequence[Delivery]) -> list[float]:
        with ExitStack() as stack:
            send = opening(stack)
            ready.wait()
            return [took(partial(send, delivery)) for delivery in mine]

    with ThreadPoolExecutor(max_workers=connections) as threads:
        shares = threads.map(work, [deliveries[i::connections] for i in range(connections)])
        return [milliseconds for share in shares for milliseconds in share]


def _delivery() -> Delivery:
    return signed_push(SECRET, "example/app", "staging", ZERO, os.urandom(20).hex())


def _webhook(address: str) -> Open:
    def opening(stack: ExitStack) -> Send:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
        stack.enter_context(closing(connection))

        def send(delivery: Delivery) -> None:
            headers, body = delivery
            connection.request("POST", "/webhooks/app", body, headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == http.client.ACCEPTED, answer.status

        return send

    return opening


def _insert(url: str) -> Open:
    def opening(stack: ExitStack) -> Send:
        connection = stack.enter_context(closing(psycopg.connect(url, autocommit=True)))
        return lambda delivery: connection.execute(_STORE, [str(delivery[0]), delivery[1]])

    return opening
