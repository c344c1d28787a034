"""Something is newly open, and somebody declared that it is meant."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.matrix import Cell
from orchestrator.probes.difference import Shift, shift
from orchestrator.probes.seen import Seen, is_client, unlimited
from orchestrator.probes.words import listed, spelled

RULE = "opening-intended"


def check(seen: Seen) -> Iterator[Finding]:
    """Yield a note with the deployment that opens it, and nothing afterwards."""
    if seen.alone:
        return
    opened = [now for then, now in seen.then_and_now() if is_client(now) and _wider(seen, then, now)]
    meant = [cell for cell in opened if seen.is_meant(cell)]
    if meant:
        yield seen.finding(
            RULE,
            Severity.NOTE,
            f"newly open on {seen.now.name}, as declared: {spelled(meant)}: {listed(seen.because(meant))}",
            effect="no smoke test reports it any more",
            remedy="nothing, if that is still so; else take the declaration away",
        )


def _wider(seen: Seen, then: Cell | None, now: Cell) -> bool:
    return unlimited(now) if seen.is_new else shift(then, now) is Shift.WIDER
