"""A day of webhooks in minutes: nothing may grow. See `python -m tests.chaos.soak --help`."""

import argparse
import random
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import httpx

from tests.chaos.crew import Member
from tests.chaos.measures import MOST_LOG_BYTES, Measures
from tests.chaos.town import Town, town
from tests.support.folders import a_folder, end_orderly
from tests.support.github import Delivery, signed, signed_push
from tests.support.service import SECRET, ZERO, eventually

TARGETS: Final = 4
#: of the webhooks: pushes that deploy, redeliveries; the rest concerns branches that nobody follows
PUSHES: Final = 0.01
AGAIN: Final = 0.2
SAMPLE_SECONDS: Final = 2.0


def soak(place: Town, *, webhooks: int) -> tuple[Measures, int]:
    """Send them, and return what was measured, and how many were refused or lost."""
    place.crew.start()
    eventually(lambda: all(_is_up(web) for web in place.crew.of("web")), what="web")
    measures, sent, failed = Measures(town=place), [], 0
    began = due = time.monotonic()
    clients = [httpx.Client(base_url=_address(web), timeout=12) for web in place.crew.of("web")]
    for number in range(webhooks):
        delivery = _delivery(place, number, sent)
        answer = clients[number % len(clients)].post(
            "/webhooks/app", headers=delivery[0], content=delivery[1]
        )
        failed += not answer.is_success
        if time.monotonic() >= due:
            due += SAMPLE_SECONDS
            measures.take(number)
        if number and not number % 5000:
            sys.stdout.write(f"  {number} webhooks in {time.monotonic() - began:.0f} s\n")
            sys.stdout.flush()
    measures.take(webhooks)
    measures.close()
    for client in clients:
        client.close()
    return measures, failed


def _delivery(place: Town, number: int, sent: list[Delivery]) -> Delivery:
    fate = place.random.random()
    if fate < PUSHES:
        name = place.random.choice(sorted(place.authors))
        author = place.authors[name]
        author.change()
        made = signed_push(SECRET, "example/app", name, ZERO, author.place.work.head)
    elif fate < PUSHES + AGAIN and sent:
        return place.random.choice(sent)
    elif number % 2:
        made = signed(SECRET, "ping", {"zen": "Keep it flat", "hook_id": number})
    else:
        made = signed_push(SECRET, "example/app", f"feature/{number}", ZERO, f"{number:040x}")
    sent.append(made)
    del sent[:-1000]
    return made


def told(measures: Measures, *, webhooks: int, failed: int, seconds: float) -> Iterator[str]:
    """Yield the lines of a report."""
    yield f"{webhooks} webhooks in {seconds:.0f} s, {failed} not answered with 2xx"
    yield f"  {'':14} {'each with its children':26} {'after warm-up':>13} {'at the end':>11}"
    for each in measures.growth():
        wrong = "  too much" if each.too_much else ""
        yield f"  {each.who:14} {each.what:26} {each.before:13.1f} {each.after:11.1f}{wrong}"
    logs = measures.log_bytes_per_webhook()
    yield f"  {logs:.0f} bytes of logs for each webhook, {MOST_LOG_BYTES:.0f} at most"


def main() -> int:
    """Carry one out; 1 where something grew by more than a tenth or a webhook was refused."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.soak", description=__doc__)
    parser.add_argument("--webhooks", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    end_orderly()
    with (
        a_folder("soak") as folder,
        town(folder, targets=TARGETS, chance=random.Random(given.seed)) as place,
    ):
        for member in place.crew.members:
            member.environment = {
                **member.environment,
                "BASCULE__REPOSITORIES__APP__DELIVERIES_PER_MINUTE": "off",
            }
        began = time.monotonic()
        measures, failed = soak(place, webhooks=given.webhooks)
        dead = [each.name for each in place.crew.members if not each.runs]
        took = time.monotonic() - began
    sys.stdout.write("\n".join(told(measures, webhooks=given.webhooks, failed=failed, seconds=took)) + "\n")
    sys.stdout.write("".join(f"  {name} has died\n" for name in dead))
    grew = any(each.too_much for each in measures.growth())
    talkative = measures.log_bytes_per_webhook() > MOST_LOG_BYTES
    return 1 if grew or talkative or failed or dead else 0


def _address(web: Member) -> str:
    return f"http://{web.environment['BASCULE__SERVICE__LISTEN']}"


def _is_up(web: Member) -> bool:
    with suppress(httpx.HTTPError):
        page = f"http://{web.environment['BASCULE__SERVICE__ADMIN_LISTEN']}/healthz"
        return httpx.get(page, timeout=2).is_success
    return False


if __name__ == "__main__":
    sys.exit(main())
