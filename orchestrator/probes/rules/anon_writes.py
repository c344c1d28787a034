"""Whoever is not signed in may change every row, or add any."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.matrix import Command
from orchestrator.probes.blame import OF_THE_PLATFORM, blamed, mending
from orchestrator.probes.identities import ANON
from orchestrator.probes.seen import Seen, unlimited, writes
from orchestrator.probes.words import commands, revoke

RULE = "anon-writes"


def check(seen: Seen) -> Iterator[Finding]:
    """Yield an error where it is new, a warning where it was so before.

    Where row security is off, that is what has to be said instead.
    """
    if not (seen.is_table and seen.now.row_security):
        return
    pairs = [pair for pair in seen.not_meant() if pair[1].identity == ANON.name and writes(pair[1])]
    fresh = [now for then, now in pairs if unlimited(now) and not unlimited(then)]
    open_now = [now for _, now in pairs if unlimited(now)]
    if not open_now:
        return
    policies = blamed(seen.now, seen.before, open_now, innocent=seen.vouched(open_now))
    yield seen.finding(
        RULE,
        Severity.ERROR if fresh else Severity.WARNING,
        f"anon may {', '.join(commands(fresh or open_now))} without any limit on {seen.now.name}",
        effect="anybody with the project's public key can do so without signing in"
        # a form for everybody
        + (f"; {seen.if_meant(open_now)}" if commands(open_now) == (Command.INSERT,) else ""),
        remedy=mending(seen.now, seen.before, open_now, policies)
        + ("" if seen.now.name in OF_THE_PLATFORM else f" or {revoke(seen.now.name, open_now)}"),
        standing=not fresh,
    )
