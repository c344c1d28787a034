"""Find out by made-up rows what the catalog leaves open: which rows policies let somebody reach.

All rows are made up inside transactions that are undone. What stays is what an undone insert leaves behind on
any PostgreSQL: dead tuples, until the next vacuum, and counts in the statistics.
"""

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Final

from orchestrator.domain.added_identity import AddedIdentity, UnfitIdentity
from orchestrator.domain.errors import TargetError
from orchestrator.domain.matrix import Basis, ExposedRelation, Matrix
from orchestrator.ports import Database
from orchestrator.probes.identities import CLIENTS, Identity, added
from orchestrator.probes.seeding.batch import Batch, is_open
from orchestrator.probes.seeding.ground import Table, read_ground
from orchestrator.probes.seeding.order import Order
from orchestrator.probes.seeding.outward import Outward
from orchestrator.probes.seeding.refusals import condition_of
from orchestrator.probes.seeding.scope import affected
from orchestrator.probes.seeding.unique import read_keys
from orchestrator.probes.seeding.weight import batches, read_weights, too_heavy
from orchestrator.probes.seeding.wishes import Reading

_SETTINGS: Final = """
select pg_catalog.set_config('search_path', 'pg_catalog', true),
       pg_catalog.set_config('row_security', 'on', true),
       pg_catalog.set_config('standard_conforming_strings', 'on', true),
       pg_catalog.set_config('statement_timeout', %(statement_timeout)s, true),
       pg_catalog.set_config('lock_timeout', %(lock_timeout)s, true)
"""

#: the hosted service lets `set` through, and set_config not
_REPLICA: Final = """
do $$
begin
  set local session_replication_role = replica;
exception when insufficient_privilege then null;
end
$$
"""

#: its policies ask for the channel, which no row holds: made-up rows would tell nothing
_MESSAGES: Final = "realtime.messages"

#: why nothing was made up anywhere
REFUSED: Final = "the server does not let us switch triggers and foreign keys off (session_replication_role)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How long made-up rows may take: one call, a lock, all together."""

    call_seconds: float = 10
    lock_seconds: float = 0.5
    total_seconds: float = 60


#: others are at work there: whoever would wait for us does not wait long
LIVE: Final = Limits(call_seconds=5, lock_seconds=0.2, total_seconds=30)


def seed_and_try(
    opening: Callable[[], AbstractContextManager[Database]],
    matrix: Matrix,
    *,
    changed: Collection[tuple[str, str]] | None = None,
    limits: Limits | None = None,
    on_copy: bool = False,
    identities: Sequence[AddedIdentity] = (),
) -> Matrix:
    """Return the matrix with what made-up rows show about the tables that a change may have opened or closed.

    `changed` holds the facts that changed, by kind and identity; None: rows are made up for all tables.
    `on_copy`: nobody's rows are there, so that all the server says may be told, and nobody waits for a key.
    `identities` are those of the settings, as whom the matrix was asked, too.

    `opening` opens a transaction that may be written to and is always undone. Raises TargetError when the
    catalog cannot be read.
    """
    limits = limits or Limits()
    until = time.monotonic() + limits.total_seconds
    with opening() as database:
        _settle(database, limits)
        ground = read_ground(database)
        weights, keys = read_weights(database), None if on_copy else read_keys(database)
    reading = Reading(ground)
    names = None if changed is None else affected(ground, reading, changed)
    known = {table.name: table for table in ground.tables.values()}
    wanted = [
        known[relation.name]
        for relation in matrix.relations
        if relation.name in known
        and relation.name != _MESSAGES
        and (names is None or relation.name in names)
        and _open(relation)
    ]
    order, outward = Order(ground, reading), Outward(ground, reading)
    found: dict[str, ExposedRelation] = {}
    relations = {relation.name: relation for relation in matrix.relations}
    for each in wanted:
        why = outward.why_not(each) or too_heavy(each, ground=ground, order=order, weights=weights)
        if why:
            found[each.name] = replace(relations[each.name], unseeded=why)
    free = [each for each in wanted if each.name not in found]
    # where every row is open there is nothing to try; whose rows those are counts all the same
    found |= {
        relation.name: replace(
            relation,
            owned=order.owned(known[relation.name].oid),
            founded=order.founded(known[relation.name].oid),
        )
        for relation in matrix.relations
        if relation.name in known and (names is None or relation.name in names) and _opens_every_row(relation)
    }

    more, unfit = _fit(identities, matrix), {each.name: each for each in matrix.unfit}

    def carried_out(batch: Sequence[Table]) -> dict[str, ExposedRelation]:
        with opening() as database:
            _settle(database, limits)
            if not _replicates(database):
                return {each.name: replace(relations[each.name], unseeded=REFUSED) for each in batch}
            database.rows("set constraints all immediate")
            work = Batch(
                database,
                ground,
                reading,
                order,
                outward,
                until=until,
                verbatim=on_copy,
                keys=keys,
                added=more,
            )
            done = work.carry_out(batch, relations)
            unfit.update({name: UnfitIdentity(name=name, reason=why) for name, why in work.unfit.items()})
            return done

    for batch in batches(free, ground=ground, order=order, weights=weights):
        try:
            found |= carried_out(batch)
        except TargetError as error:
            why = _words(error, on_copy=on_copy)
            found |= {each.name: replace(relations[each.name], unseeded=why) for each in batch}
    shown = tuple(found.get(each.name, each) for each in matrix.relations)
    return replace(matrix, relations=shown, unfit=tuple(unfit.values()))


def with_made_up_rows(
    opening: Callable[[], AbstractContextManager[Database]],
    matrix: Matrix,
    *,
    changed: Collection[tuple[str, str]] | None = None,
    limits: Limits | None = None,
    on_copy: bool = False,
    identities: Sequence[AddedIdentity] = (),
) -> Matrix:
    """Do as `seed_and_try`; where that fails as a whole, say so at every relation that it is open for."""
    try:
        return seed_and_try(
            opening, matrix, changed=changed, limits=limits, on_copy=on_copy, identities=identities
        )
    except TargetError as error:
        why = _words(error, on_copy=on_copy)
        told = (
            replace(relation, unseeded=why) if _open(relation) and relation.name != _MESSAGES else relation
            for relation in matrix.relations
        )
        return replace(matrix, relations=tuple(told))


def _fit(identities: Sequence[AddedIdentity], matrix: Matrix) -> tuple[Identity, ...]:
    """Leave out the identities whose role the server does not have."""
    unfit = {each.name for each in matrix.unfit}
    return tuple(each for each in added(identities) if each.name not in unfit)


def _words(error: TargetError, *, on_copy: bool) -> str:
    """Say why a call failed as a whole."""
    state = str(error.nouns.get("sqlstate") or "")
    return error.message if on_copy or not state else f"{state}: {condition_of(state)}"


def _opens_every_row(relation: ExposedRelation) -> bool:
    """Tell whether a client reaches all rows, and nobody some of them."""
    cells = (cell for cell in relation.cells if cell.identity in CLIENTS)
    return not _open(relation) and any(cell.basis is Basis.EVERY_ROW for cell in cells)


def _open(relation: ExposedRelation) -> bool:
    """Tell whether the catalog leaves something open about a relation."""
    return any(is_open(cell) for cell in relation.cells)


def _settle(database: Database, limits: Limits) -> None:
    database.rows(
        _SETTINGS,
        {
            "statement_timeout": f"{limits.call_seconds * 1000:.0f}",
            "lock_timeout": f"{limits.lock_seconds * 1000:.0f}",
        },
    )


def _replicates(database: Database) -> bool:
    """Switch triggers and foreign keys off; tell whether the server let us."""
    database.rows(_REPLICA)
    [(role,)] = database.rows("select pg_catalog.current_setting('session_replication_role')")
    return bool(role == "replica")
