# ruff: noqa: S608 - names and values are quoted where they are put into statements
"""Some tables, sown and tried in one transaction."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import resources
from typing import Final

from orchestrator.domain.matrix import Basis, Cell, CellResult, Command, ExposedRelation
from orchestrator.ports import Database
from orchestrator.probes.identities import ANON, PRIVILEGED, SERVICE_ROLE, USER_A, USER_B, Identity
from orchestrator.probes.seeding.carrying import Statement, carry_out
from orchestrator.probes.seeding.climber import Climber
from orchestrator.probes.seeding.ground import Ground, Table
from orchestrator.probes.seeding.order import Order
from orchestrator.probes.seeding.outward import Outward
from orchestrator.probes.seeding.quoting import literal
from orchestrator.probes.seeding.rows import Seed
from orchestrator.probes.seeding.sowing import Sower
from orchestrator.probes.seeding.sown import Sown
from orchestrator.probes.seeding.telling import told
from orchestrator.probes.seeding.through import by_policy
from orchestrator.probes.seeding.tries import Granted, Try, each_by_itself, tries
from orchestrator.probes.seeding.trying import Tried, carry_out_tries
from orchestrator.probes.seeding.unique import Keys
from orchestrator.probes.seeding.users import rows_of
from orchestrator.probes.seeding.wishes import Reading

_ROLES: Final = (ANON.role, USER_A.role, SERVICE_ROLE.role)


def is_open(cell: Cell) -> bool:
    """Tell whether the catalog leaves open which rows a cell is about."""
    return cell.result is CellResult.ALLOW and cell.basis is Basis.LIMITED


class Batch:
    """Some tables in one transaction."""

    def __init__(
        self,
        database: Database,
        ground: Ground,
        reading: Reading,
        order: Order,
        outward: Outward,
        *,
        until: float,
        verbatim: bool = False,
        keys: Keys | None = None,
        added: Sequence[Identity] = (),
    ) -> None:
        """Work until the moment `until` of the monotonic clock, in a transaction that the caller undoes.

        `verbatim` tells refusals in the server's own words: where nobody's rows are. With `keys`, no row is
        made up whose key others may want. `added` are the identities of the settings.
        """
        self._database = database
        self._ground = ground
        self._reading = reading
        self._order = order
        self._outward = outward
        self._until = until
        self._verbatim = verbatim
        self._keys = keys
        self._added = added
        #: what went wrong with rows that the settings give to an identity, by its name
        self.unfit: dict[str, str] = {}

    def carry_out(
        self, tables: Sequence[Table], relations: Mapping[str, ExposedRelation]
    ) -> dict[str, ExposedRelation]:
        """Return these tables' relations, by name, with what was found out."""
        sower = Sower(
            self._database,
            self._ground,
            self._reading,
            self._order,
            self._outward,
            until=self._until,
            verbatim=self._verbatim,
            keys=self._keys,
        )
        sown = sower.sow(table.oid for table in tables)
        identities = (*self._identities(sower, sown), *self._added)
        self._enrol()
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
        for each in self._tried([one for some in tried.values() for one in by_policy(some)]):
            tried[each.tried.table.name, each.tried.identity.name, each.tried.command].append(each)
        user = next(identity for identity in identities if identity.name == USER_A.name)
        for each in self._climbed(user, tables, relations, sown):
            tried[each.tried.table.name, each.tried.identity.name, each.tried.command].append(each)
        return {
            table.name: told(
                relations[table.name],
                tried,
                identities,
                owned=self._order.owned(table.oid),
                founded=self._order.founded(table.oid),
                seeds=sown.of(table.oid),
                unseeded="" if sown.of(table.oid) else sown.unsown.get(table.oid, "no row was made up"),
            )
            for table in tables
        }

    def _carried(self, wanted: Sequence[Try]) -> Iterator[Tried]:
        """Carry all out; what failed for many rows at once is tried row by row."""
        again: list[Try] = []
        for each in self._tried(wanted):
            if each.sqlstate is not None and len(each.tried.seeds) > 1 and not each.late:
                again += each_by_itself(each.tried)
            else:
                yield each
        yield from self._tried(again)

    def _climbed(
        self, user: Identity, tables: Sequence[Table], relations: Mapping[str, ExposedRelation], sown: Sown
    ) -> Iterator[Tried]:
        """Let a user write what policies look up, and try again what it could not reach before."""
        looked_up = {oid for table in tables for oid in self._order.reads(table.oid) if sown.of(oid)}
        sources = [self._ground.tables[oid] for oid in sorted(looked_up)]
        climber = Climber(
            user,
            relations,
            sown,
            self._granted([*tables, *sources]),
            self._reading,
            keys=self._keys,
            try_out=self._tried,
            carry_out=lambda wanted: carry_out(self._database, wanted, until=self._until),
        )
        for source in sources:
            readers = [table for table in tables if source.oid in self._order.reads(table.oid)]
            yield from climber.climb(source, [table for table in readers if sown.of(table.oid)])

    def _tried(self, wanted: Sequence[Try]) -> Iterator[Tried]:
        return carry_out_tries(self._database, wanted, until=self._until, verbatim=self._verbatim)

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
            if cell.identity == as_asked and is_open(cell) and seeds:
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

    def _enrol(self) -> None:
        """Give the identities of the settings the rows that make them what they are."""
        enrolled = [each for each in self._added if each.added and each.added.rows]
        asked = [Statement(sql=rows_of(each), table=place) for place, each in enumerate(enrolled)]
        done = carry_out(self._database, asked, until=self._until, verbatim=self._verbatim)
        for identity, carried in zip(enrolled, done, strict=True):
            if carried.sqlstate is not None:
                self.unfit[identity.name] = f"its rows fail with {carried.sqlstate}: {carried.message}"

    def _granted(self, tables: Sequence[Table]) -> dict[tuple[int, str], Granted]:
        roles = sorted({*_ROLES, *(identity.role for identity in self._added)})
        rows = self._database.rows(_GRANTED, {"tables": [table.oid for table in tables], "roles": roles})
        return {
            (oid, role): Granted(insert=frozenset(insert), update=frozenset(update))
            for oid, role, insert, update in rows
        }

    def _alone(self, tables: Sequence[Table], sown: Sown) -> set[int]:
        """Find out which tables hold nothing but what was made up."""
        asked = [
            Statement(sql=_others(table, sown.of(table.oid)), table=table.oid)
            for table in tables
            if sown.of(table.oid)
        ]
        answers = carry_out(self._database, asked, until=self._until)
        return {each.table for each, answer in zip(asked, answers, strict=True) if answer.gave == ("false",)}


def _others(table: Table, seeds: Sequence[Seed]) -> str:
    ours = " or ".join(f"(ctid = {literal(seed.ctid)} and tableoid = {seed.lies_in})" for seed in seeds)
    return f"select array[(exists (select from {table.name} where not ({ours})))::text]"


_GRANTED: Final = resources.files(__package__).joinpath("granted.sql").read_text(encoding="utf-8")
