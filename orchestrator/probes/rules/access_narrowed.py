"""Somebody may no longer do what was allowed before."""

from collections.abc import Iterator
from itertools import groupby

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.matrix import Basis, Cell, CellResult
from orchestrator.probes.seen import Seen, allowed, lacks_grant, reasons
from orchestrator.probes.words import grant, policy, spelled

RULE = "access-narrowed"


def check(seen: Seen) -> Iterator[Finding]:
    """Yield a warning: it may be what was wanted."""
    lost = [
        now
        for then, now in seen.then_and_now()
        if allowed(then) and now.result is CellResult.DENY and now.basis is not Basis.INSIDE
    ]
    for by_grant, cells in groupby(sorted(lost, key=lacks_grant), key=lacks_grant):
        yield _finding(seen, list(cells), by_grant=by_grant)


def _finding(seen: Seen, cells: list[Cell], *, by_grant: bool) -> Finding:
    name = seen.now.name
    why = reasons(cells) if by_grant else "no policy admits it any more"
    return seen.finding(
        RULE,
        Severity.WARNING,
        f"lost on {name}: {spelled(cells)}: {why}",
        effect="requests that worked are refused" if by_grant else "requests that found rows find none",
        remedy="if that was not meant: " + (grant(name, cells) if by_grant else policy(name, cells)),
    )
