"""One user at the tables that policies look into: what it may write there, and what it reaches then."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from orchestrator.domain.matrix import ExposedRelation
from orchestrator.probes.identities import PRIVILEGED, Identity
from orchestrator.probes.seeding.carrying import Carried, Statement
from orchestrator.probes.seeding.climbing import afterwards, grabs_into
from orchestrator.probes.seeding.grabs import Grab, insert, row_like
from orchestrator.probes.seeding.ground import Table
from orchestrator.probes.seeding.quoting import identifier
from orchestrator.probes.seeding.rows import Seed, plain
from orchestrator.probes.seeding.sown import Sown
from orchestrator.probes.seeding.tries import Granted, Try
from orchestrator.probes.seeding.trying import Tried
from orchestrator.probes.seeding.unique import Keys
from orchestrator.probes.seeding.users import Owner
from orchestrator.probes.seeding.values import made_up
from orchestrator.probes.seeding.wishes import Reading

#: tells the key of a seat from those of rows that are added
_SEAT: Final = 999


class Climber:
    """A user among made-up rows, in the transaction that holds them."""

    def __init__(
        self,
        user: Identity,
        relations: Mapping[str, ExposedRelation],
        sown: Sown,
        granted: Mapping[tuple[int, str], Granted],
        reading: Reading,
        *,
        keys: Keys | None = None,
        try_out: Callable[[Sequence[Try]], Iterator[Tried]],
        carry_out: Callable[[Sequence[Statement]], list[Carried]],
    ) -> None:
        """Nothing is written yet; all other tries are over.

        With `keys`, none of them is written that others may want.
        """
        self._user = user
        self._relations = relations
        self._sown = sown
        self._granted = granted
        self._reading = reading
        self._keys = keys
        self._try_out = try_out
        self._carry_out = carry_out

    def climb(self, source: Table, readers: Sequence[Table]) -> Iterator[Tried]:
        """Write into a table, and try again what is in those whose policies look into it."""
        relation = self._relations.get(source.name)
        if relation is None:
            return
        seat = self._seat(source)
        seeds = [*([seat] if seat else []), *self._sown.of(source.oid)]
        wishes = self._reading.of(source)
        wanted = grabs_into(self._user, relation, wishes, seeds, self._granted[source.oid, self._user.role])
        grabs = [
            each.tried.grab
            for each in self._try_out([one for one in wanted if one.grab and self._is_free(one.grab)])
            if each.reached and each.sqlstate is None and each.tried.grab is not None
        ]
        if grabs and seat:
            # what a seat alone opens was opened by whoever gave it
            grabs.append(replace(grabs[0], statement=""))
        yield from self._try_out([one for grab in grabs for one in self._again(grab, readers)])

    def _is_free(self, grab: Grab) -> bool:
        """Tell whether nobody would wait for a key."""
        return not (self._keys and self._keys.wanted_by_others(grab.table, grab.values, grab.told_by))

    def _again(self, grab: Grab, readers: Iterable[Table]) -> Iterator[Try]:
        for table in readers:
            yield from afterwards(
                self._user,
                grab,
                self._relations[table.name],
                self._sown.of(table.oid),
                self._granted[table.oid, self._user.role],
            )

    def _seat(self, table: Table) -> Seed | None:
        """Give the user an ordinary row where only the privileged one has any, if there are such rows."""
        wishes, seeds = self._reading.of(table), self._sown.of(table.oid)
        like = next((seed for seed in seeds if seed.owner.user == PRIVILEGED.name), None)
        if like is None or not like.wished or any(seed.owner.user == self._user.name for seed in seeds):
            return None
        given = row_like(like, self._user, wishes, _SEAT)
        given = {name: value for name, value in given.items() if name not in like.wished}
        given |= _ordinary(table, like.wished) | dict(plain(table, wishes))
        if self._keys and self._keys.wanted_by_others(table, given, like.told_by):
            return None
        back = ", ".join(f"{identifier(name)}::text" for name in table.columns)
        seating = f"{insert(table, given)} returning array[tableoid::text, ctid::text, {back}]"
        [answer] = self._carry_out([Statement(sql=seating, table=table.oid)])
        if answer.gave is None:
            return None
        lies_in, ctid, *stored = answer.gave
        return replace(
            like,
            owner=Owner(user=self._user.name, way=0),
            given=given,
            values=dict(zip(table.columns, stored, strict=True)),
            ctid=ctid or "",
            lies_in=int(lies_in or 0),
            wished=(),
        )


def _ordinary(table: Table, asked: Iterable[str]) -> dict[str, str | None]:
    """Make values up for columns of a standing that have none by themselves."""
    columns = (table.columns[name] for name in asked)
    return {each.name: made_up(each, _SEAT) for each in columns if each.required and each.default is None}
