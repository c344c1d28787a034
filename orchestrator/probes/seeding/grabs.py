# ruff: noqa: S608 - names and values are quoted where they are put into statements
"""What a user might write into a table that policies look into, to be let through by them.

A flag or a role of the own account, another organisation in the own row, a membership that nobody gave: who
may write that makes itself what the policies trust.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from orchestrator.domain.matrix import Command
from orchestrator.probes.identities import PRIVILEGED, Identity
from orchestrator.probes.seeding.ground import Table
from orchestrator.probes.seeding.quoting import identifier, literal
from orchestrator.probes.seeding.rows import Seed
from orchestrator.probes.seeding.values import made_up
from orchestrator.probes.seeding.wishes import PRIVILEGED_WORDS, Wishes

#: so many values of one column, and so many grabs of one kind into one table
_MOST_VALUES: Final = 2
_MOST_GRABS: Final = 8
#: bits of pg_trigger.tgtype
_ON_INSERT: Final = 4
_ON_UPDATE: Final = 16
#: made-up keys of rows that are added here; those of seeds are counted from 1
_FRESH: Final = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Grab:
    """One thing that is written into one table by a user."""

    table: Table
    #: empty: nothing is written, and what follows is tried for comparison
    statement: str
    #: in words: "sets is_admin to true in their own row of public.profiles"
    how: str
    #: the columns by which it gives more
    columns: tuple[str, ...]
    #: what is given for the row, and the columns that say whose it is
    values: Mapping[str, str | None]
    told_by: frozenset[str]
    #: a row is added, not changed
    adds: bool = False
    #: a word that nobody gives to itself: then even the own rows that it opens count
    gives_standing: bool = False
    #: those that the user may change, keys left out
    may_change: tuple[str, ...] = ()

    @property
    def command(self) -> Command:
        """How it is written."""
        return Command.INSERT if self.adds else Command.UPDATE

    @property
    def may_be_guarded(self) -> bool:
        """A trigger speaks of one of the columns: it may forbid what nothing else does."""
        event = _ON_INSERT if self.adds else _ON_UPDATE
        return any(
            re.search(rf"\b{re.escape(name)}\b", each.says)
            for each in self.table.silenced
            if each.on & event
            for name in self.columns
        )

    @property
    def is_joining(self) -> bool:
        """It adds an ordinary row."""
        return self.adds and not self.gives_standing


def changes(user: Identity, table: Table, wishes: Wishes, seeds: Sequence[Seed]) -> Iterator[Grab]:
    """Yield what the user might change in rows of the own."""
    own = [seed for seed in seeds if seed.owner.user == user.name]
    found: dict[str, Grab] = {}
    for seed in own:
        for grab in (*_raised(table, wishes, seed), *_moved(table, wishes, seed, seeds)):
            found.setdefault(grab.statement, grab)
    yield from list(found.values())[:_MOST_GRABS]


def additions(
    user: Identity, table: Table, wishes: Wishes, seeds: Sequence[Seed], may_fill: frozenset[str]
) -> Iterator[Grab]:
    """Yield the rows of the own that the user might add: like those of others, with the own id."""
    others = [seed for seed in seeds if seed.owner.user != user.name]
    if not wishes.owners:
        return
    for number, seed in enumerate(others[:_MOST_GRABS]):
        # a role that may not fill such a column moves the sequence
        if not (seed.counting <= may_fill and set(wishes.owners) <= may_fill):
            continue
        given = {
            name: value for name, value in row_like(seed, user, wishes, number).items() if name in may_fill
        }
        asked = wishes.values or {}
        bears = {
            name: seed.values[name]
            for name in seed.wished
            if name in given and seed.values[name] in asked.get(name, ())
        }
        stands = seed.owner.user == PRIVILEGED.name or bool(bears)
        yield Grab(
            table=table,
            statement=insert(table, given),
            how=f"adds a row of their own to {table.name}" + (f", with {_told(bears)}" if bears else ""),
            columns=tuple(bears) or _beside(table, wishes) or wishes.owners,
            values=given,
            told_by=seed.told_by,
            adds=True,
            gives_standing=stands,
        )


def _raised(table: Table, wishes: Wishes, seed: Seed) -> Iterator[Grab]:
    """Set what policies ask for."""
    for column, values in (wishes.values or {}).items():
        for value in values[:_MOST_VALUES]:
            if seed.values[column] != value:
                change = f"{identifier(column)} = {literal(value)}"
                yield Grab(
                    table=table,
                    statement=f"update {table.name} set {change} where {seed.place}",
                    how=f"sets {column} to {value} in their own row of {table.name}",
                    columns=(column,),
                    values={**seed.values, column: value},
                    told_by=seed.told_by,
                    gives_standing=value in PRIVILEGED_WORDS,
                )


def _moved(table: Table, wishes: Wishes, seed: Seed, seeds: Sequence[Seed]) -> Iterator[Grab]:
    """Name what is a stranger's where the own row names the own."""
    like = (each for each in seeds if each.owner.way == seed.owner.way and each.owner.user != seed.owner.user)
    other = next(like, None)
    if other is None:
        return
    for key in table.keys:
        there = {name: other.values[name] for name in key.columns}
        if set(key.columns) & set(wishes.owners) or any(value is None for value in there.values()):
            continue
        if there != {name: seed.values[name] for name in key.columns}:
            change = ", ".join(f"{identifier(name)} = {literal(value)}" for name, value in there.items())
            yield Grab(
                table=table,
                statement=f"update {table.name} set {change} where {seed.place}",
                how=f"sets {', '.join(there)} to a stranger's in their own row of {table.name}",
                columns=tuple(there),
                values={**seed.values, **there},
                told_by=seed.told_by,
            )


def _beside(table: Table, wishes: Wishes) -> tuple[str, ...]:
    """Return the columns that name what the user joins."""
    return tuple(
        dict.fromkeys(name for key in table.keys for name in key.columns if name not in wishes.owners)
    )


def row_like(seed: Seed, user: Identity, wishes: Wishes, number: int) -> dict[str, str | None]:
    """Return the values of a row that is like another one, but the user's, and with a key of its own."""
    table, given = seed.table, dict(seed.given)
    for name in {*table.primary_key, *seed.counting} & given.keys():
        if not any(name in key.columns for key in table.keys):
            given[name] = made_up(table.columns[name], _FRESH + number)
    return given | dict.fromkeys(wishes.owners, user.user)


def insert(table: Table, given: Mapping[str, str | None]) -> str:
    """Write an INSERT."""
    columns = ", ".join(map(identifier, given))
    values = ", ".join(map(literal, given.values()))
    return f"insert into {table.name} ({columns}) overriding system value values ({values})"


def _told(bears: Mapping[str, str | None]) -> str:
    return ", ".join(f"{name} {value}" for name, value in bears.items())
