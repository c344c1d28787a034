# ruff: noqa: S608 - names and values are quoted where they are put into statements
"""Find out by made-up rows what the catalog leaves open: which rows policies let somebody reach.

All rows are made up inside transactions that are undone. What stays is what an undone insert leaves behind on
any PostgreSQL: dead tuples, until the next vacuum, and counts in the statistics.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from importlib import resources
from typing import Final

from orchestrator.domain.errors import TargetError
from orchestrator.domain.matrix import (
    Basis,
    Cell,
    CellResult,
    Command,
    ExposedRelation,
    MadeUpRow,
    Matrix,
    Reach,
)
from orchestrator.ports import Database
from orchestrator.probes.identities import ANON, CLIENTS, PRIVILEGED, SERVICE_ROLE, USER_A, USER_B, Identity
from orchestrator.probes.seeding.carrying import carry_out
from orchestrator.probes.seeding.ground import Ground, Table, read_ground
from orchestrator.probes.seeding.order import Order
from orchestrator.probes.seeding.quoting import literal
from orchestrator.probes.seeding.rows import Numbers, Seed
from orchestrator.probes.seeding.scope import affected
from orchestrator.probes.seeding.sowing import Sower, Sown
from orchestrator.probes.seeding.tries import Granted, Try, each_by_itself, tries
from orchestrator.probes.seeding.trying import Tried, carry_out_tries
from orchestrator.probes.seeding.users import LETTERS
from orchestrator.probes.seeding.wishes import Reading

#: tables sown in one transaction: a server keeps locks for some thousands at a time
_BATCH: Final = 60
_ROLES: Final = (ANON.role, USER_A.role, SERVICE_ROLE.role)

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

#: why nothing was made up anywhere
REFUSED: Final = "the server does not let us switch triggers and foreign keys off (session_replication_role)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How long made-up rows may take: one call, a lock, all together."""

    call_seconds: float = 10
    lock_seconds: float = 0.5
    total_seconds: float = 60


def seed_and_try(
    opening: Callable[[], AbstractContextManager[Database]],
    matrix: Matrix,
    *,
    changed: Collection[tuple[str, str]] | None = None,
    limits: Limits | None = None,
) -> Matrix:
    """Return the matrix with what made-up rows show about the tables that a change may have opened or closed.

    `changed` holds the facts that changed, by kind and identity; None: rows are made up for all tables.

    `opening` opens a transaction that may be written to and is always undone. Raises TargetError when the
    catalog cannot be read.
    """
    limits = limits or Limits()
    until = time.monotonic() + limits.total_seconds
    with opening() as database:
        _settle(database, limits)
        ground = read_ground(database)
    reading = Reading(ground)
    names = None if changed is None else affected(ground, reading, changed)
    known = {table.name: table for table in ground.tables.values()}
    wanted = [
        known[relation.name]
        for relation in matrix.relations
        if relation.name in known and (names is None or relation.name in names) and _open(relation)
    ]
    order = Order(ground, reading)
    found: dict[str, ExposedRelation] = {}
    relations = {relation.name: relation for relation in matrix.relations}
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        with opening() as database:
            _settle(database, limits)
            database.rows(_REPLICA)
            [(role,)] = database.rows("select pg_catalog.current_setting('session_replication_role')")
            if role != "replica":
                found |= {each.name: replace(relations[each.name], unseeded=REFUSED) for each in batch}
                continue
            database.rows("set constraints all immediate")
            found |= _Batch(database, ground, reading, order, until).carry_out(batch, relations)
    return replace(matrix, relations=tuple(found.get(each.name, each) for each in matrix.relations))


def with_made_up_rows(
    opening: Callable[[], AbstractContextManager[Database]],
    matrix: Matrix,
    *,
    changed: Collection[tuple[str, str]] | None = None,
    limits: Limits | None = None,
) -> Matrix:
    """Do as `seed_and_try`; where that fails as a whole, say so at every relation that it is open for."""
    try:
        return seed_and_try(opening, matrix, changed=changed, limits=limits)
    except TargetError as error:
        told = (
            replace(relation, unseeded=error.message) if _open(relation) else relation
            for relation in matrix.relations
        )
        return replace(matrix, relations=tuple(told))


def _open(relation: ExposedRelation) -> bool:
    """Tell whether the catalog leaves something open about a relation."""
    return any(_is_open(cell) for cell in relation.cells)


def _is_open(cell: Cell) -> bool:
    return cell.result is CellResult.ALLOW and cell.basis is Basis.LIMITED


def _settle(database: Database, limits: Limits) -> None:
    database.rows(
        _SETTINGS,
        {
            "statement_timeout": f"{limits.call_seconds * 1000:.0f}",
            "lock_timeout": f"{limits.lock_seconds * 1000:.0f}",
        },
    )


class _Batch:
    """Some tables in one transaction."""

    def __init__(
        self, database: Database, ground: Ground, reading: Reading, order: Order, until: float
    ) -> None:
        self._database = database
        self._ground = ground
        self._reading = reading
        self._order = order
        self._until = until

    def carry_out(
        self, tables: Sequence[Table], relations: Mapping[str, ExposedRelation]
    ) -> dict[str, ExposedRelation]:
        sower = Sower(self._database, self._ground, self._reading, self._order, Numbers())
        sown = sower.sow(table.oid for table in tables)
        identities = self._identities(sower, sown)
        granted = self._granted(tables)
        alone = self._alone(tables, sown)
        wanted = [
            each
            for identity in identities
            for table in tables
            for each in self._tries(
                identity, table, relations[table.name], sown, granted, alone=table.oid in alone
            )
        ]
        tried: dict[tuple[str, str, Command], list[Tried]] = defaultdict(list)
        for each in self._carried(wanted):
            tried[each.tried.table.name, each.tried.identity.name, each.tried.command].append(each)
        return {
            table.name: _told(
                relations[table.name],
                tried,
                identities,
                owned=self._order.owned(table.oid),
                seeds=sown.of(table.oid),
                unseeded="" if sown.of(table.oid) else sown.unsown.get(table.oid, "no row was made up"),
            )
            for table in tables
        }

    def _carried(self, wanted: Sequence[Try]) -> Iterator[Tried]:
        """Carry all out; what failed for many rows at once is tried row by row."""
        again: list[Try] = []
        for each in carry_out_tries(self._database, wanted, until=self._until):
            if each.sqlstate is not None and len(each.tried.seeds) > 1 and not each.late:
                again += each_by_itself(each.tried)
            else:
                yield each
        yield from carry_out_tries(self._database, again, until=self._until)

    def _tries(
        self,
        identity: Identity,
        table: Table,
        relation: ExposedRelation,
        sown: Sown,
        granted: Mapping[tuple[int, str], Granted],
        *,
        alone: bool,
    ) -> Iterator[Try]:
        seeds = sown.of(table.oid)
        as_asked = USER_A.name if identity.name == PRIVILEGED.name else identity.name
        for cell in relation.cells:
            if cell.identity == as_asked and _is_open(cell) and seeds:
                yield from tries(
                    identity, table, cell.command, seeds, granted[table.oid, identity.role], alone=alone
                )

    def _identities(self, sower: Sower, sown: Sown) -> tuple[Identity, ...]:
        """Give the users the claims that make them owners of their rows, and one those of the privileged."""
        further: dict[str, dict[tuple[str, ...], str]] = {USER_A.name: {}, USER_B.name: {}}
        for oid, owner in sorted(sown.seeds):
            for path, column in (sower.wishes(oid).claims or {}).items():
                value = sown.seeds[oid, owner].values.get(column)
                if value is not None and owner.user in further:
                    further[owner.user].setdefault(path, value)
        asked = self._reading.claims_asked()
        users = tuple(replace(user, further=tuple(further[user.name].items())) for user in (USER_A, USER_B))
        privileged = asked or any(self._order.grants(oid) for oid, _ in sown.seeds)
        more = (replace(PRIVILEGED, further=tuple(asked.items())),) if privileged else ()
        return (ANON, *users, *more, SERVICE_ROLE)

    def _granted(self, tables: Sequence[Table]) -> dict[tuple[int, str], Granted]:
        rows = self._database.rows(
            _GRANTED, {"tables": [table.oid for table in tables], "roles": list(_ROLES)}
        )
        return {
            (oid, role): Granted(insert=frozenset(insert), update=frozenset(update))
            for oid, role, insert, update in rows
        }

    def _alone(self, tables: Sequence[Table], sown: Sown) -> set[int]:
        """Find out which tables hold nothing but what was made up."""
        asked = [(table.oid, _others(table, sown.of(table.oid))) for table in tables if sown.of(table.oid)]
        answers = carry_out(self._database, [statement for _, statement in asked])
        return {oid for (oid, _), answer in zip(asked, answers, strict=True) if answer.gave == ("false",)}


def _others(table: Table, seeds: Sequence[Seed]) -> str:
    ours = " or ".join(f"(ctid = {literal(seed.ctid)} and tableoid = {seed.lies_in})" for seed in seeds)
    return f"select array[(exists (select from {table.name} where not ({ours})))::text]"


def _told(
    relation: ExposedRelation,
    tried: Mapping[tuple[str, str, Command], Sequence[Tried]],
    identities: Sequence[Identity],
    *,
    owned: bool,
    seeds: Sequence[Seed],
    unseeded: str,
) -> ExposedRelation:
    if unseeded:
        return replace(relation, owned=owned, unseeded=unseeded)
    cells = list(relation.cells)
    if any(identity.name == PRIVILEGED.name for identity in identities):
        cells += [
            replace(cell, identity=PRIVILEGED.name) for cell in relation.cells if cell.identity == USER_A.name
        ]
    shown = tuple(_shown(cell, tried.get((relation.name, cell.identity, cell.command), ())) for cell in cells)
    leaked = {
        label for cell in shown if cell.reach and cell.identity in CLIENTS for label in cell.reach.others
    }
    return replace(
        relation,
        owned=owned,
        user_columns=tuple(sorted(frozenset().union(*(seed.user_columns for seed in seeds)))),
        made_up=tuple(
            MadeUpRow(label=seed.owner.label, told=seed.told) for seed in seeds if seed.owner.label in leaked
        ),
        cells=shown,
    )


def _shown(cell: Cell, tried: Sequence[Tried]) -> Cell:
    """Say in a cell what the tries showed."""
    if not tried:
        return cell
    letter = LETTERS.get(cell.identity, "")
    touched: dict[str, bool] = {}
    states: dict[str, None] = {}
    hands: dict[str, None] = {}
    message = None
    for each in tried:
        if each.tried.hands_to is not None:
            if each.reached and each.sqlstate is None:
                hands[each.tried.hands_to[1]] = None
            continue
        for place, seed in enumerate(each.tried.seeds):
            touched[seed.owner.label] = place in each.reached
        if each.sqlstate is not None and each.sqlstate != "42501":
            states[each.sqlstate] = None
            message = each.message
    reach = Reach(
        tried_own=tuple(label for label in touched if letter and label[0] == letter),
        tried_others=tuple(label for label in touched if not letter or label[0] != letter),
        own=tuple(label for label, reached in touched.items() if reached and letter and label[0] == letter),
        others=tuple(
            label for label, reached in touched.items() if reached and not (letter and label[0] == letter)
        ),
        hands_over=tuple(hands),
        sqlstates=tuple(states),
    )
    if states and not (reach.own or reach.others):
        return replace(
            cell,
            result=CellResult.ERROR,
            sqlstate=next(iter(states)),
            reason=message,
            basis=None,
            reach=reach,
        )
    if not reach.own and not reach.others:
        why = "no policy lets a made-up row through"
        return replace(cell, result=CellResult.DENY, basis=Basis.NO_ROW, reason=why, reach=reach)
    return replace(cell, reach=reach)


_GRANTED: Final = resources.files(__package__).joinpath("granted.sql").read_text(encoding="utf-8")
