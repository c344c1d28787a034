"""From the first byte of a webhook to its 202, beside pgbench running the very statement that stores it.

The web process and its ledger are real. Every webhook is a new commit for the same target: each is verified,
stored, and makes a deployment that supersedes the one before, which is the most that a push can cost. The
last part sends some fifty a second while the service deploys to another target.
"""

import json
import os
import re
from collections.abc import Iterator
from statistics import median
from threading import Event, Thread

from benchmarks import pgbench, sender
from benchmarks.figure import Figure, Sizes, percentile
from benchmarks.ground import Ground
from benchmarks.push_to_succeeded import FILE
from orchestrator.adapters.postgres.ledger.deployments import WORDS
from orchestrator.adapters.postgres.queries import load
from orchestrator.domain.deployment import Cause
from tests.support.github import ZERO, Delivery, signed_push
from tests.support.service import SECRET, Service

NAME = "webhook_to_202"
PEER = "pgbench with the same statement on as many connections"

#: another target, which is never adopted: nobody connects to it
_OTHER = """
[targets.other]
repository = "app"
branch = "other"
database_url = "env:CONTROL_URL"
rehearse = false
"""
_PAUSE_SECONDS = 0.02

_STORE = load("sql/ledger/pushes.sql")["store"]
#: more than a forge sends
_ANY_NUMBER = {"BASCULE__REPOSITORIES__APP__DELIVERIES_PER_MINUTE": "off"}
#: what differs from one webhook to the next; the rest are values
_FRESH = {
    "receipt": "gen_random_uuid()::text",
    "requests": "jsonb_build_array(jsonb_build_object('target', 'staging', 'repository', 'app',"
    " 'branch', 'staging', 'commit', md5(random()::text), 'cause', '{cause}', 'actor', 'mara'))",
}


def measure(ground: Ground, sizes: Sizes) -> Iterator[Figure]:
    """Send webhooks on one, several and many connections at once."""
    with ground.target() as target_url, ground.service(target_url=target_url, more=_OTHER) as service:
        service.start("web", environment=_ANY_NUMBER)
        for connections in sizes.connections:
            yield from _compare(service, connections, sizes)
        yield _while_deployments_run(service, sizes)


def _compare(service: Service, connections: int, sizes: Sizes) -> Iterator[Figure]:
    rounds = []
    for number in range(sizes.rounds + 1):
        both = (_ours(service, connections, sizes.webhooks), _peer(service, connections, sizes.webhooks))
        if number:  # the first round is the warm-up
            rounds.append(both)
    yield Figure(
        benchmark=NAME,
        name=f"a webhook, {connections} at once",
        milliseconds=median(1000 / ours.per_second for ours, _ in rounds),
        peer_milliseconds=median(1000 / peer.per_second for _, peer in rounds),
    )
    for percent in (50, 99):
        yield Figure(
            benchmark=NAME,
            name=f"p{percent}, {connections} at once",
            milliseconds=median(percentile(ours.milliseconds, percent) for ours, _ in rounds),
            peer_milliseconds=median(percentile(peer.milliseconds, percent) for _, peer in rounds),
        )


def _while_deployments_run(service: Service, sizes: Sizes) -> Figure:
    """Send webhooks for a target that waits for its adoption, while another one is deployed to."""
    service.work.commit("Begin")
    service.work.push("origin", "staging")
    service.command("adopt", "staging")
    service.start("relay", "worker")
    over = Event()
    deploying = Thread(target=_deploy, args=(service, over))
    deploying.start()
    try:
        url = f"{service.webhooks}/webhooks/app"
        requests = (sender.post(url, *_delivery("other")) for _ in range(sizes.spread))
        took = sender.send_slowly(url, requests, pause_seconds=_PAUSE_SECONDS)
    finally:
        over.set()
        deploying.join()
    return Figure(benchmark=NAME, name="p99, while deployments run", milliseconds=percentile(took, 99))


def _deploy(service: Service, over: Event) -> None:
    """Deploy one migration after the other."""
    for number in range(1000):
        if over.is_set():
            return
        name = f"20260101{number:06}_busy.sql"
        service.work.write(f"supabase/migrations/{name}", FILE.format(name=f"busy_{number}"))
        service.work.write(f"supabase/rollbacks/{name}", f"drop table public.busy_{number};\n")
        service.work.commit(f"Migration {number}")
        service.work.push("origin", "staging")
        service.post(*_delivery("staging", service.work.head))
        service.ended(service.work.head)


def _ours(service: Service, connections: int, count: int) -> sender.Sent:
    url = f"{service.webhooks}/webhooks/app"
    return sender.send_all(
        url, [sender.post(url, *_delivery()) for _ in range(count)], connections=connections
    )


def _peer(service: Service, connections: int, count: int) -> pgbench.Run:
    headers, body = _delivery()
    values = {
        "repository": "app",
        "forge": "github",
        "event": "push",
        "headers": json.dumps(headers),
        "body": f"\\x{body.hex()}",
        "words": json.dumps(WORDS.obj),
    }
    fresh = {name: text.replace("{cause}", Cause.PUSH) for name, text in _FRESH.items()}
    statement = re.sub(r"%\((\w+)\)s", lambda found: fresh.get(found[1], f":{found[1]}"), _STORE)
    url = service.environment["CONTROL_URL"]
    return pgbench.run(url, statement, values, connections=connections, count=count)


def _delivery(branch: str = "staging", commit: str = "") -> Delivery:
    return signed_push(SECRET, "example/app", branch, ZERO, commit or os.urandom(20).hex())
