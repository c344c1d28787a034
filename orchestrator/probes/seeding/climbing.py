"""Who writes what into a table that policies look into, and reaches more rows afterwards.

Shown, not read: the write is carried out as that user, and what it could not reach before is tried again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from orchestrator.domain.matrix import Basis, CellResult, Climb, Command, ExposedRelation
from orchestrator.probes.identities import Identity
from orchestrator.probes.seeding.grabs import Grab, additions, changes
from orchestrator.probes.seeding.rows import Seed
from orchestrator.probes.seeding.tries import Granted, Try, tries
from orchestrator.probes.seeding.trying import Tried
from orchestrator.probes.seeding.wishes import Wishes

#: what may be reached afterwards
_REACHING: Final = (Command.SELECT, Command.UPDATE, Command.DELETE)
#: nothing but the write itself
_NOTHING: Final = "select"


def grabs_into(
    user: Identity,
    relation: ExposedRelation,
    wishes: Wishes,
    seeds: Sequence[Seed],
    granted: Granted,
) -> Iterator[Try]:
    """Yield what the user might write into the table of these rows, by itself: most of it is refused."""
    table = seeds[0].table
    may = {
        cell.command
        for cell in relation.cells
        if cell.identity == user.name and cell.result is CellResult.ALLOW
    }
    grabs: list[Grab] = []
    if Command.UPDATE in may:
        found = changes(user, table, wishes, seeds)
        grabs += [grab for grab in found if granted.update.issuperset(grab.columns)]
    if Command.INSERT in may:
        grabs += additions(user, table, wishes, seeds, granted.insert)
    # nobody means a key when people may change their own rows
    may_change = tuple(sorted(granted.update.difference(table.primary_key)))
    for grab in grabs:
        yield Try(
            identity=user,
            table=table,
            command=grab.command,
            statement=_NOTHING,
            seeds=(seeds[0],),
            grab=replace(grab, may_change=may_change),
        )


def afterwards(
    user: Identity, grab: Grab, relation: ExposedRelation, seeds: Sequence[Seed], granted: Granted
) -> Iterator[Try]:
    """Yield what is tried again after a write that went through: row by row, others' rows may be there."""
    table = seeds[0].table
    for cell in relation.cells:
        is_open = cell.result is CellResult.ALLOW and cell.basis is Basis.LIMITED
        if cell.identity == user.name and cell.command in _REACHING and is_open:
            for one in tries(user, table, cell.command, seeds, granted, alone=False):
                if one.hands_to is None:
                    yield replace(one, grab=grab)


def climbs(tried: Sequence[Tried], letter: str) -> tuple[Climb, ...]:
    """Return what was reached only after a write, by write.

    Rows of the own count where the user gave itself a standing: that it may do more with them is for others
    to say.
    """
    before = {
        seed.ctid
        for each in tried
        if not (each.tried.grab and each.tried.grab.statement)
        if each.tried.hands_to is None and not each.tried.policy
        for place, seed in enumerate(each.tried.seeds)
        if place in each.reached
    }
    grabs: dict[str, Grab] = {}
    found: dict[str, dict[str, None]] = {}
    for each in tried:
        grab = each.tried.grab
        if grab is None or not grab.statement:
            continue
        for place, seed in enumerate(each.tried.seeds):
            counts = grab.gives_standing or seed.label[0] != letter
            if place in each.reached and seed.ctid not in before and counts:
                grabs[grab.statement] = grab
                found.setdefault(grab.statement, {})[seed.label] = None
    return tuple(_climb(grabs[statement], rows) for statement, rows in found.items())


def _climb(grab: Grab, rows: Iterable[str]) -> Climb:
    return Climb(
        relation=grab.table.name,
        how=grab.how,
        command=grab.command,
        is_joining=grab.is_joining,
        may_be_guarded=grab.may_be_guarded,
        columns=grab.columns,
        may_change=grab.may_change,
        rows=tuple(rows),
    )
