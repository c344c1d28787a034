"""A user reaches rows that are somebody else's, and did not before."""

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.matrix import Cell, Command
from orchestrator.probes.difference import gained_from_strangers
from orchestrator.probes.identities import ANON, USER_A, USER_B
from orchestrator.probes.seen import Seen, is_client, unlimited
from orchestrator.probes.words import listed, own_rows, spelled

RULE = "rows-of-others"

_USERS = {"A": USER_A.name, "B": USER_B.name}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reached:
    cell: Cell
    #: labels of the rows; empty: every row, as the catalog says
    rows: tuple[str, ...]


def check(seen: Seen) -> Iterator[Finding]:
    """Yield an error for what got wider; for a new table where strangers write, and a note where they read.

    Only where rows are somebody's. Whoever tables or claims make privileged is no stranger.
    """
    if not (seen.is_table and seen.now.owned and seen.now.row_security):
        return
    reached = [
        each for then, now in seen.then_and_now() if is_client(now) and (each := _reached(seen, then, now))
    ]
    handed = [
        now
        for then, now in seen.then_and_now()
        if is_client(now) and _hands_over(seen, then, now) and not any(each.cell is now for each in reached)
    ]
    severe = [each for each in reached if not (seen.is_new and each.cell.command is Command.SELECT)]
    mild = [each for each in reached if each not in severe and each.cell.identity != ANON.name]
    for some, severity in ((severe, Severity.ERROR), (mild, Severity.NOTE)):
        if some:
            yield _finding(seen, some, severity)
    if handed:
        yield _handing(seen, handed)


def _reached(seen: Seen, then: Cell | None, now: Cell) -> _Reached | None:
    if unlimited(now):
        # a table that is open to all by its first policy is told by other rules
        is_wider = not seen.is_new and not unlimited(then)
        return _Reached(cell=now, rows=()) if is_wider else None
    rows = now.reach.others if seen.is_new and now.reach else gained_from_strangers(then, now)
    return _Reached(cell=now, rows=rows) if rows else None


def _hands_over(seen: Seen, then: Cell | None, now: Cell) -> bool:
    if now.reach is None or not now.reach.hands_over:
        return False
    before = then.reach.hands_over if then and then.reach else ()
    return seen.is_new or bool(then and then.reach and set(now.reach.hands_over) - set(before))


def _finding(seen: Seen, reached: list[_Reached], severity: Severity) -> Finding:
    cells = [each.cell for each in reached]
    name = seen.now.name
    rows = tuple(dict.fromkeys(row for each in reached for row in each.rows))
    return seen.finding(
        RULE,
        severity,
        f"{spelled(cells)} {'reach' if rows else 'reaches'} rows of strangers on {name}"
        + (f": made-up rows {listed(rows)}" if rows else ": every row"),
        effect=_effect(cells),
        remedy=f"say in the policy whose rows it is about, for instance: {own_rows(name)}",
    )


def _handing(seen: Seen, cells: list[Cell]) -> Finding:
    columns = tuple(
        dict.fromkeys(column for cell in cells for column in (cell.reach.hands_over if cell.reach else ()))
    )
    return seen.finding(
        RULE,
        Severity.NOTE if seen.is_new else Severity.WARNING,
        f"{spelled(cells)} on {seen.now.name} can make an own row a stranger's, by {listed(columns)}",
        effect="a row can be put where its new owner never asked for it",
        remedy=f"repeat the condition of using in with check, or: revoke update ({', '.join(columns)}) on "
        f"{seen.now.name} from authenticated;",
    )


def _effect(cells: list[Cell]) -> str:
    if any(cell.identity == ANON.name for cell in cells):
        return "anybody with the project's public key does so without signing in"
    return "whoever signs up does so to the rows of all others"
