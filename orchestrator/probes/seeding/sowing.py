"""Makes the rows up: for each table one of every owner, mended until the server takes it.

Foreign keys and triggers are off meanwhile. A row's parents are made up first, so that what policies look up
is there: whoever owns a row is a member of the organisation that it names.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from itertools import count
from typing import Final

from orchestrator.ports import Database
from orchestrator.probes.identities import PRIVILEGED, USER_A, Identity
from orchestrator.probes.seeding.carrying import Carried, Statement, carry_out
from orchestrator.probes.seeding.files import files_of
from orchestrator.probes.seeding.ground import Check, Ground, Table
from orchestrator.probes.seeding.mending import MOST_ALIKE, is_hopeless, mended, note, times
from orchestrator.probes.seeding.order import Order
from orchestrator.probes.seeding.outward import Outward
from orchestrator.probes.seeding.patterns import is_too_hard
from orchestrator.probes.seeding.rows import Draft, Numbers, Seed, draft_row, plain
from orchestrator.probes.seeding.sown import Sown
from orchestrator.probes.seeding.suiting import search
from orchestrator.probes.seeding.unique import Keys
from orchestrator.probes.seeding.users import USERS, Owner, mail_of
from orchestrator.probes.seeding.wishes import Reading, Wishes

#: somebody else has the table to himself; what else is in the way is told by the insert itself
_LOCKED: Final = ("55P03", "57014")
#: takes the lock that an insert takes, and does nothing
_TOUCH: Final = "delete from {} where false returning null::text[]"
#: why a row was not made up at all
TOO_LATE: Final = "the time for made-up rows was over"
#: the same, where nobody could tell what became of a row
HIDDEN: Final = "not tried: row security binds our own role here, too, and would hide the rows from us"
#: what is added where a row fails for a check's pattern
TOO_HARD: Final = "no text for its pattern could be made up in the time for one"
#: so often a row is mended at most
_MOST_TRIES: Final = 25
#: the way in which a member's standing is one that policies do not name
_LOWLY: Final = 2


class Sower:
    """Sows one batch of tables in one transaction."""

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
    ) -> None:
        """Begin; the transaction is the caller's to undo. Nothing is sown after `until` (time.monotonic).

        `verbatim` tells refusals in the server's own words. With `keys`, no row is made up whose key others
        may want.
        """
        self._database = database
        self._ground = ground
        self._reading = reading
        self._order = order
        self._outward = outward
        self._until = until
        self._verbatim = verbatim
        self._keys = keys
        self._numbers = Numbers()
        self._sown = Sown()

    def sow(self, tables: Iterable[int]) -> Sown:
        """Sow these tables and all whose rows they, or their policies, look up."""
        levels = list(self._order.levels(tables))
        free = self._free(oid for level in levels for oid in level)
        for level in levels:
            self._settle(
                [draft for oid in level if oid in free for draft in self._drafts(self._ground.tables[oid])]
            )
        return self._sown

    def _free(self, oids: Iterable[int]) -> set[int]:
        """Return the tables that nothing forbids to sow and nobody has locked."""
        allowed = []
        for oid in oids:
            if why := self._outward.why_not(self._ground.tables[oid]):
                self._sown.unsown[oid] = why
            else:
                allowed.append(oid)
        for (oid,) in self._database.rows(_HIDDEN, {"tables": allowed}):
            self._sown.unsown[oid] = HIDDEN
        allowed = [oid for oid in allowed if oid not in self._sown.unsown]
        answers = self._carry_out((oid, _TOUCH.format(self._ground.tables[oid].name)) for oid in allowed)
        for oid, answer in zip(allowed, answers, strict=True):
            if answer.sqlstate in _LOCKED:
                self._sown.unsown[oid] = _words(answer)
        return {oid for oid in allowed if oid not in self._sown.unsown}

    def wishes(self, oid: int) -> Wishes:
        """Return what is asked of a table's rows."""
        return self._reading.of(self._ground.tables[oid])

    def _carry_out(self, statements: Iterable[tuple[int, str]]) -> list[Carried]:
        wanted = [Statement(sql=sql, table=table) for table, sql in statements]
        return carry_out(self._database, wanted, until=self._until, verbatim=self._verbatim)

    # -- drafting

    def _drafts(self, table: Table) -> Iterator[Draft]:
        wishes = self.wishes(table.oid)
        grants = self._order.grants(table.oid)
        counting = self._outward.counting(table)
        steps = count()
        for user in USERS:
            ordinary = user is not PRIVILEGED
            if grants and ordinary and not self._order.is_parent(table.oid):
                continue  # to stand in this table is the privilege
            if not ordinary and not grants and not self._order.seats(table.oid):
                continue
            ways = range(1) if grants and ordinary else range(self._ways(table, wishes) + 1)
            if grants and not ordinary:
                ways = range(1, max(1, wishes.ways) + 1)
            for way in ways:
                owner = Owner(user=user.name, way=way)
                yield draft_row(
                    self._ground,
                    table,
                    owner,
                    wished=self._wished(table, wishes, owner),
                    parents=self._parents(table, owner),
                    own=self._own(table, wishes, owner),
                    named=self._order.named_by_members(table.oid),
                    counting=counting,
                    step=next(steps),
                    numbers=self._numbers,
                )

    def _wished(self, table: Table, wishes: Wishes, owner: Owner) -> dict[str, str]:
        if self._order.grants(table.oid) and owner.user != PRIVILEGED.name:
            return dict(plain(table, wishes))
        if owner.way == _LOWLY and wishes.lowly and self._order.seats_members(table.oid):
            return wishes.lowly
        return wishes.fitting(owner.way)

    def _ways(self, table: Table, wishes: Wishes) -> int:
        """Say how many ways are tried: a table's own, or as many as what it belongs to has."""
        if self._order.is_files(table):
            return len(self._files(table, USER_A)) - 1
        above = (
            seed.owner.way
            for key in table.keys
            for seed in self._sown.of(key.parent)
            if key.parent != table.oid and seed.owner.user == USER_A.name
        )
        return max((wishes.ways, self._order.ways_below(table.oid), *above))

    def _parents(self, table: Table, owner: Owner) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for key in table.keys:
            seed = self._sown.nearest(key.parent, owner)
            if seed is not None and key.parent != table.oid:
                found |= {column: seed.values.get(of) for column, of in zip(key.columns, key.of, strict=True)}
        return found

    def _own(self, table: Table, wishes: Wishes, owner: Owner) -> dict[str, str]:
        user = next(user for user in USERS if user.name == owner.user)
        if self._order.is_users(table):
            own = {"id": user.user, "aud": "authenticated", "role": "authenticated", "email": mail_of(user)}
            return {name: value for name, value in own.items() if name in table.columns}
        own = dict.fromkeys(wishes.owners, user.user) | dict.fromkeys(wishes.mails, mail_of(user))
        own |= dict.fromkeys(wishes.owner_lists, f"{{{user.user}}}")
        if self._order.is_files(table):
            files = self._files(table, user)
            own |= files[min(owner.way, len(files) - 1)]
        return {name: value for name, value in own.items() if name in table.columns}

    def _files(self, table: Table, user: Identity) -> list[Mapping[str, str]]:
        rows = (seed for oid in sorted(self._order.reads(table.oid)) for seed in self._sown.of(oid))
        return files_of(user, self.wishes(table.oid), rows)

    # -- mending

    def _settle(self, drafts: Sequence[Draft]) -> None:
        """Insert, mend what was refused, insert again; each round is one call for all of them."""
        open_drafts = list(drafts)
        for _ in range(_MOST_TRIES):
            if not open_drafts:
                return
            if time.monotonic() > self._until:
                break
            open_drafts = [draft for draft in open_drafts if not self._is_wanted(draft)]
            answers = self._carry_out((draft.table.oid, draft.insert) for draft in open_drafts)
            refused = []
            for draft, answer in zip(open_drafts, answers, strict=True):
                if answer.sqlstate is None:
                    self._keep(draft, answer)
                else:
                    refused.append((draft, answer))
            open_drafts = self._mend(refused)
        for draft in open_drafts:
            late = time.monotonic() > self._until
            self._give_up(draft, TOO_LATE if late else "no row was taken in many tries")

    def _is_wanted(self, draft: Draft) -> bool:
        """Leave a row out whose key others may want."""
        why = self._keys.wanted_by_others(draft.table, draft.values, draft.told_by) if self._keys else ""
        if why:
            self._give_up(draft, why)
        return bool(why)

    def _keep(self, draft: Draft, answer: Carried) -> None:
        if answer.gave is None:
            self._give_up(draft, "a rule swallowed the row")
            return
        lies_in, ctid, *stored = answer.gave
        seed = Seed(
            table=draft.table,
            owner=draft.owner,
            given=dict(draft.values),
            values=dict(zip(draft.table.columns, stored, strict=True)),
            ctid=ctid or "",
            lies_in=int(lies_in or 0),
            told_by=draft.told_by,
            wished=draft.wished,
            counting=draft.counting,
        )
        self._sown.keep(seed)

    def _give_up(self, draft: Draft, why: str) -> None:
        has_other = self._sown.nearest(draft.table.oid, draft.owner) is not None
        if not has_other:
            self._sown.unsown.setdefault(draft.table.oid, why)

    def _mend(self, refused: Sequence[tuple[Draft, Carried]]) -> list[Draft]:
        again, searching = [], []
        for draft, answer in refused:
            note(draft, answer)
            checks = [check for check in draft.table.checks if check.name == answer.constraint]
            if is_hopeless(draft, answer):
                hard = any(is_too_hard(check.says) for check in checks)
                self._give_up(draft, f"{_words(answer)}; {TOO_HARD}" if hard else _words(answer))
            elif answer.sqlstate == "23514" and checks:
                searching += [(draft, answer, check) for check in checks]
                again.append(draft)
            elif mended(self._ground, draft, answer, self._numbers):
                again.append(draft)
            else:
                self._give_up(draft, _words(answer))
        self._search(searching)
        return again

    def _search(self, searching: Sequence[tuple[Draft, Carried, Check]]) -> None:
        """Find values for checks, loosening first what was wished, then what names other rows.

        A row for which nothing is found is refused again for the same reason, a bounded number of times.
        """
        plans = []
        for draft, answer, check in searching:
            own = frozenset(self._own(draft.table, self.wishes(draft.table.oid), draft.owner))
            fixed = (draft.fixed, own, frozenset[str]())[min(times(draft, answer), MOST_ALIKE) - 1]
            plans.append(
                (search(draft.table, check, draft.values, fixed, number=self._numbers.next()), draft)
            )
        found = iter(self._carry_out((draft.table.oid, plan.statement) for plan, draft in plans if plan))
        for plan, draft in plans:
            place = next(found).gave if plan else None
            if plan and place and place[0]:
                draft.values |= zip(plan.columns, plan.tried[int(place[0]) - 1], strict=True)


def _words(answer: Carried) -> str:
    return f"{answer.sqlstate}: {answer.message}"


_HIDDEN: Final = resources.files(__package__).joinpath("hidden.sql").read_text(encoding="utf-8")
