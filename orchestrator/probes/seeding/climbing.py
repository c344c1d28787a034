"""Who writes what into a table that policies look into, and reaches more rows afterwards.

Shown, not read: the write is carried out as that user, and what it could not reach before is tried again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from orchestrator.domain.matrix import Basis, CellResult, Climb, Command, ExposedRelation
from orchestrator.probes.identities import Identity
from orchestrator.probes.seeding.quoting import identifier
from orchestrator.probes.seeding.rows import Seed
from orchestrator.probes.seeding.steps import Step, additions, changes
from orchestrator.probes.seeding.tries import Granted, Try, tries
from orchestrator.probes.seeding.trying import Tried
from orchestrator.probes.seeding.wishes import Wishes

#: what may be reached afterwards
_REACHING: Final = (Command.SELECT, Command.UPDATE, Command.DELETE)
#: nothing but the write itself
_NOTHING: Final = "select"


def steps_into(
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
    steps: list[Step] = []
    if Command.UPDATE in may:
        found = changes(user, table, wishes, seeds)
        steps += [step for step in found if granted.update.issuperset(step.columns)]
    if Command.INSERT in may:
        steps += additions(user, table, wishes, seeds, granted.insert)
    for step in steps:
        yield Try(
            identity=user,
            table=table,
            command=step.command,
            statement=_NOTHING,
            seeds=(seeds[0],),
            step=replace(step, remedy=_remedy(step, granted)),
        )


def afterwards(
    user: Identity, step: Step, relation: ExposedRelation, seeds: Sequence[Seed], granted: Granted
) -> Iterator[Try]:
    """Yield what is tried again after a write that went through: row by row, others' rows may be there."""
    table = seeds[0].table
    for cell in relation.cells:
        is_open = cell.result is CellResult.ALLOW and cell.basis is Basis.LIMITED
        if cell.identity == user.name and cell.command in _REACHING and is_open:
            for one in tries(user, table, cell.command, seeds, granted, alone=False):
                if one.hands_to is None:
                    yield replace(one, step=step)


def climbs(tried: Sequence[Tried], letter: str) -> tuple[Climb, ...]:
    """Return what was reached only after a write, by write.

    Rows of the own count where the user gave itself a standing: that it may do more with them is for others
    to say.
    """
    before = {
        seed.ctid
        for each in tried
        if not (each.tried.step and each.tried.step.statement)
        if each.tried.hands_to is None and not each.tried.policy
        for place, seed in enumerate(each.tried.seeds)
        if place in each.reached
    }
    steps: dict[str, Step] = {}
    found: dict[str, dict[str, None]] = {}
    for each in tried:
        step = each.tried.step
        if step is None or not step.statement:
            continue
        for place, seed in enumerate(each.tried.seeds):
            counts = step.gives_standing or seed.label[0] != letter
            if place in each.reached and seed.ctid not in before and counts:
                steps[step.statement] = step
                found.setdefault(step.statement, {})[seed.label] = None
    return tuple(_climb(steps[statement], rows) for statement, rows in found.items())


def _climb(step: Step, rows: Iterable[str]) -> Climb:
    return Climb(
        relation=step.table.name,
        how=step.how,
        command=step.command,
        is_joining=step.is_joining,
        may_be_guarded=step.may_be_guarded,
        remedy=step.remedy,
        rows=tuple(rows),
    )


def _remedy(step: Step, granted: Granted) -> str:
    name, role = step.table.name, "authenticated"
    if step.adds:
        columns = ", ".join(map(identifier, step.columns))
        return (
            f"let the policy for insert ask which {columns} the user may give; or let nobody add a row by"
            f" itself: revoke insert on {name} from anon, {role};"
        )
    # nobody means a key when people may change their own rows
    left = sorted(granted.update.difference(step.columns, step.table.primary_key))
    kept = f" grant update ({', '.join(map(identifier, left))}) on {name} to {role};" if left else ""
    return f"revoke update on {name} from anon, {role};{kept}"
