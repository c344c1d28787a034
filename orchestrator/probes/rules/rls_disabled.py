"""A table that clients may use has no row security."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.matrix import Cell, CellResult
from orchestrator.probes.seen import Seen, allowed, is_client, reached_by_clients
from orchestrator.probes.words import own_rows, spelled

RULE = "rls-disabled"


def check(seen: Seen) -> Iterator[Finding]:
    """Yield an error where it is new, a warning where it was so before."""
    now, before = seen.now, seen.before
    if not seen.is_table or now.row_security or not reached_by_clients(now):
        return
    was_so = before is not None and not before.row_security and reached_by_clients(before)
    open_to = [cell for cell in now.cells if is_client(cell) and allowed(cell)]
    asked = [
        pair for pair in seen.then_and_now() if is_client(pair[1]) and (allowed(pair[1]) or _unknown(pair[1]))
    ]
    if asked and all(seen.is_meant(*pair) for pair in asked):
        return
    yield seen.finding(
        RULE,
        Severity.WARNING if was_so else Severity.ERROR,
        f"row security is off on {now.name}{_of_parent(seen)}",
        effect=f"every row is open to {spelled(open_to)}" if open_to else "only missing grants protect it",
        remedy=_remedy(seen),
        standing=was_so,
    )


def _of_parent(seen: Seen) -> str:
    parent = seen.now.partition_of
    return f", a partition: the policies of {parent} do not count when it is asked directly" if parent else ""


def _remedy(seen: Seen) -> str:
    name, policies = seen.now.name, seen.now.policies
    enable = f"alter table {name} enable row level security;"
    if policies or seen.now.partition_of:
        return enable
    return f"{enable} {own_rows(name)}"


def _unknown(cell: Cell) -> bool:
    return cell.result is CellResult.UNKNOWN
