"""Something is newly open, and somebody declared that it is meant."""

from collections.abc import Iterator
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.matrix import Cell
from orchestrator.probes.seen import Seen, is_client, is_wider, unlimited
from orchestrator.probes.words import listed, spelled

RULE = "opening-intended"

EFFECT: Final = "no smoke test reports it any more"
REMEDY: Final = "nothing, if that is still so; else take the declaration away"


def check(seen: Seen) -> Iterator[Finding]:
    """Yield a note with the deployment that opens it, and nothing afterwards."""
    if seen.alone:
        return
    meant = [
        now
        for then, now in seen.then_and_now()
        if is_client(now) and _opened(seen, then, now) and seen.is_meant(then, now)
    ]
    if meant:
        yield seen.finding(
            RULE,
            Severity.NOTE,
            f"newly open on {seen.now.name}, as declared: {spelled(meant)}: {listed(seen.because(meant))}",
            effect=EFFECT,
            remedy=REMEDY,
        )


def _opened(seen: Seen, then: Cell | None, now: Cell) -> bool:
    """Tell whether a rule may have said something, had nobody declared it."""
    if not seen.is_new:
        return is_wider(then, now)
    return unlimited(now) or bool(now.reach and (now.reach.others or now.reach.hands_over))
