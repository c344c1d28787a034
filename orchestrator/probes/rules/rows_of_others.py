"""A user reaches rows that are somebody else's, and did not before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.matrix import Cell, Command
from orchestrator.probes.blame import admitting, asks_who_asks, blamed, lifted, mending, says, told
from orchestrator.probes.difference import gained_from_strangers
from orchestrator.probes.identities import ANON, USER_A, USER_B
from orchestrator.probes.seeding.quoting import identifier
from orchestrator.probes.seen import Seen, is_client, unlimited
from orchestrator.probes.words import commands, listed, spelled

RULE = "rows-of-others"

_USERS = {"A": USER_A.name, "B": USER_B.name}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reached:
    cell: Cell
    #: labels of the rows; empty: every row, as the catalog says
    rows: tuple[str, ...]


def check(seen: Seen) -> Iterator[Finding]:
    """Yield an error for what got wider, and for a new table where strangers write.

    Where they read a new one: an error if all its policies ask who asks, so that somebody meant to keep them
    out, else a note. Only where rows are somebody's. Whoever tables or claims make privileged is no stranger.
    """
    if not (seen.is_table and seen.is_owned and seen.now.row_security):
        return
    pairs = [
        (then, now)
        for then, now in seen.not_meant()
        if is_client(now) and not (seen.now.founded and now.command is Command.INSERT)
    ]
    reached = [each for then, now in pairs if (each := _reached(seen, then, now))]
    handed = [
        now
        for then, now in pairs
        if _hands_over(seen, then, now) and not any(each.cell is now for each in reached)
    ]
    severe = [each for each in reached if not _may_be_meant(seen, each)]
    mild = [each for each in reached if each not in severe and each.cell.identity != ANON.name]
    for some, severity in ((severe, Severity.ERROR), (mild, Severity.NOTE)):
        if some:
            yield _finding(seen, some, severity)
    if handed:
        yield _handing(seen, handed)


def _reached(seen: Seen, then: Cell | None, now: Cell) -> _Reached | None:
    if unlimited(now):
        # of a new table that is open to whoever is not signed in other rules tell
        is_wider = not seen.is_new and not unlimited(then)
        begins_open = seen.is_new and not _open_to_anon(seen, now)
        return _Reached(cell=now, rows=()) if is_wider or begins_open else None
    rows = now.reach.others if seen.is_new and now.reach else gained_from_strangers(then, now)
    return _Reached(cell=now, rows=rows) if rows else None


def _open_to_anon(seen: Seen, now: Cell) -> bool:
    of_anon = (cell for cell in seen.now.cells if cell.identity == ANON.name)
    return any(unlimited(cell) for cell in of_anon if cell.command is now.command)


def _may_be_meant(seen: Seen, reached: _Reached) -> bool:
    """Tell whether rows of a new table may be there for all to read.

    A row that suits what policies ask for, such as one that is published, may be; so may all, where some
    policy asks nobody who it is.
    """
    if not seen.is_new or reached.cell.command is not Command.SELECT:
        return False
    vouched = seen.vouched([reached.cell])
    policies = [each for each in admitting(seen.now, [reached.cell]) if each.name not in vouched]
    plain = any(label.isalpha() for label in reached.rows)
    return not (plain and policies and all(asks_who_asks(each, Command.SELECT) for each in policies))


def _hands_over(seen: Seen, then: Cell | None, now: Cell) -> bool:
    if now.reach is None or not now.reach.hands_over:
        return False
    before = then.reach.hands_over if then and then.reach else ()
    return seen.is_new or bool(then and then.reach and set(now.reach.hands_over) - set(before))


def _finding(seen: Seen, reached: Sequence[_Reached], severity: Severity) -> Finding:
    cells = [each.cell for each in reached]
    policies = blamed(seen.now, seen.before, cells, innocent=seen.vouched(cells))
    return seen.finding(
        RULE,
        severity,
        f"{spelled(cells)} {_reach(cells)} rows of strangers on {seen.now.name}: {_rows(seen, reached)}"
        + (f"; by policy {told(policies, cells[0].command)}" if policies else "")
        + "".join(
            f"; what policy {identifier(each.name)} withheld is open"
            for each in lifted(seen.now, seen.before, cells)
        ),
        # whoever changes what is others' hardly means it
        effect=_effect(cells) + (f"; {seen.if_meant(cells)}" if commands(cells) == (Command.SELECT,) else ""),
        remedy=mending(seen.now, seen.before, cells, policies),
    )


def _reach(cells: Sequence[Cell]) -> str:
    return "reaches" if len({cell.identity for cell in cells}) == 1 else "reach"


def _rows(seen: Seen, reached: Sequence[_Reached]) -> str:
    """Name the rows, and say what one of them was and who got at it."""
    labels = tuple(dict.fromkeys(row for each in reached for row in each.rows))
    if not labels:
        return "every row"
    first = next(each for each in reached if each.rows)
    known = {row.label: row.told for row in seen.now.made_up}
    label = first.rows[0]
    whose = f", of {_USERS[label[0]]}" if label[0] in _USERS else ""
    got = "added" if first.cell.command is Command.INSERT else "got at"
    one = f"; {first.cell.identity} {got} {label} ({known[label]}{whose})" if label in known else ""
    return f"made-up {'row' if len(labels) == 1 else 'rows'} {listed(labels)}{one}"


def _handing(seen: Seen, cells: Sequence[Cell]) -> Finding:
    columns = tuple(
        dict.fromkeys(column for cell in cells for column in (cell.reach.hands_over if cell.reach else ()))
    )
    policies = blamed(seen.now, seen.before, cells, innocent=seen.vouched(cells))
    # to take one column away takes nothing away from who may change the whole table
    revoke = (
        f"revoke update on {seen.now.name} from authenticated; "
        f"grant update (<all but {', '.join(columns)}>) on {seen.now.name} to authenticated;"
    )
    loose = [each for each in policies if each.using and each.check and each.using != each.check]
    repeated = (
        f"alter policy {identifier(loose[0].name)} on {seen.now.name} "
        f"with check ({says(loose[0], Command.SELECT)}); or: "
        if len(loose) == 1
        else "repeat the condition of using in with check, or: "
        if loose or not policies
        else ""
    )
    return seen.finding(
        RULE,
        Severity.NOTE if seen.is_new else Severity.WARNING,
        f"{spelled(cells)} on {seen.now.name} can make an own row a stranger's, by {listed(columns)}"
        + (f"; by policy {told(policies, Command.UPDATE)}" if policies else ""),
        effect="a row can be put where its new owner never asked for it",
        remedy=f"{repeated}{revoke}",
    )


def _effect(cells: Sequence[Cell]) -> str:
    if any(cell.identity == ANON.name for cell in cells):
        return "anybody with the project's public key does so without signing in"
    return "whoever signs up does so to the rows of all others"
