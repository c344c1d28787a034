"""A view shows clients rows that row security would withhold from them.

A view without security_invoker reads as its owner, and so does whoever refreshes a materialized view.
"""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.matrix import ExposedRelation
from orchestrator.probes.seen import Seen, allowed, is_client
from orchestrator.probes.words import listed, spelled

RULE = "view-bypasses-rls"


def check(seen: Seen) -> Iterator[Finding]:
    """Yield an error where a view newly does so.

    A warning where it did before, or where nobody asks what changed, and for a materialized view: it cannot
    do otherwise, and holds summaries that are meant for everybody often enough.
    """
    now = seen.now
    if not (now.bypasses and _clients_use(now)):
        return
    pairs = [pair for pair in seen.then_and_now() if is_client(pair[1]) and allowed(pair[1])]
    if all(seen.is_meant(*pair) for pair in pairs) and not _shows_more(seen):
        return
    cells = [now for _, now in pairs]
    worse = _newly(seen)
    yield seen.finding(
        RULE,
        Severity.ERROR if worse and now.kind == "v" and not seen.alone else Severity.WARNING,
        f"{_kind(now)} {now.name} shows rows of {listed(worse or now.bypasses)} in spite of row security "
        f"to {spelled(cells)}",
        effect="policies of those tables do not apply to what is read or written through it",
        remedy=_remedy(now),
        standing=not worse,
    )


def _newly(seen: Seen) -> list[str]:
    """Name the tables that it did not expose before.

    Row security that was switched on under a view of before is a step forward, and not counted.
    """
    before = seen.before
    known = set(before.bypasses) if before and _clients_use(before) else set()
    return [table for table in seen.now.bypasses if table not in known and not _was_open(seen, table)]


def _was_open(seen: Seen, table: str) -> bool:
    then = seen.earlier.get(table)
    return not seen.is_new and then is not None and not then.row_security


def _clients_use(relation: ExposedRelation) -> bool:
    return any(is_client(cell) and allowed(cell) for cell in relation.cells)


def _kind(relation: ExposedRelation) -> str:
    return "view" if relation.kind == "v" else "materialized view"


def _remedy(relation: ExposedRelation) -> str:
    revoke = f"revoke all on {relation.name} from anon, authenticated;"
    if relation.kind != "v":
        return revoke
    return f"alter view {relation.name} set (security_invoker = true); or {revoke}"


def _shows_more(seen: Seen) -> bool:
    """Tell whether a view of before shows what it did not then: that is not what was declared."""
    return seen.before is not None and not set(seen.now.bypasses) <= set(seen.before.bypasses)
