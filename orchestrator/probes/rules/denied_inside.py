"""A policy or a view reads something on which the asking role has no privilege."""

from collections import defaultdict
from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.matrix import Basis, Cell
from orchestrator.probes.seen import Seen
from orchestrator.probes.words import roles, spelled

RULE = "denied-inside"


def check(seen: Seen) -> Iterator[Finding]:
    """Yield a warning where it is new, a note where it was so before."""
    groups: dict[str, list[tuple[Cell | None, Cell]]] = defaultdict(list)
    for then, now in seen.then_and_now():
        if now.basis is Basis.INSIDE:
            groups[now.reason or ""].append((then, now))
    for reason, pairs in groups.items():
        fresh = [now for then, now in pairs if then is None or then.basis is not Basis.INSIDE]
        yield _finding(seen, reason, fresh=fresh, cells=fresh or [now for _, now in pairs])


def _finding(seen: Seen, reason: str, *, fresh: list[Cell], cells: list[Cell]) -> Finding:
    through = _through(seen)
    return seen.finding(
        RULE,
        Severity.WARNING if fresh else Severity.NOTE,
        f"{seen.now.name} is granted to {spelled(cells)}, and yet {through} meets: {reason}",
        effect="every such request is refused, whatever the rows",
        remedy=f"grant select on <what the message names> to {', '.join(roles(cells))}; "
        "with row security on it, or look it up in a function that runs as its owner "
        "(security definer, set search_path = '')",
        standing=not fresh,
    )


def _through(seen: Seen) -> str:
    """Name what stands between the relation and what it reads."""
    if not seen.is_table:
        return "the view"
    return f"one of its policies ({', '.join(seen.now.policies)})" if seen.now.policies else "planning it"
