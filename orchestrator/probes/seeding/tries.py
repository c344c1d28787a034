# ruff: noqa: S608 - names and values are quoted where they are put into statements
"""What each identity tries with the made-up rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from orchestrator.domain.matrix import Command
from orchestrator.probes.identities import Identity
from orchestrator.probes.seeding.grabs import Grab
from orchestrator.probes.seeding.ground import Table
from orchestrator.probes.seeding.quoting import identifier, literal
from orchestrator.probes.seeding.rows import Seed

#: so many columns that say whose a row is are tried to be changed
_MOST_MOVES: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Granted:
    """The columns that a role may fill and change."""

    insert: frozenset[str]
    update: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Try:
    """One statement of one identity."""

    identity: Identity
    table: Table
    command: Command
    statement: str
    #: the rows that it is about
    seeds: tuple[Seed, ...]
    #: told afterwards: which of the rows are not what they were
    look: str | None = None
    #: the user to whom it hands its row over, with the column that says so
    hands_to: tuple[str, str] | None = None
    #: the one policy that is asked whether it lets the row through; empty: all together are
    policy: str = ""
    #: what is written before, by the same identity; the try is about what it reaches then
    grab: Grab | None = None


def tries(
    identity: Identity,
    table: Table,
    command: Command,
    seeds: Sequence[Seed],
    granted: Granted,
    *,
    alone: bool,
) -> Iterator[Try]:
    """Yield what is tried; `alone`: no rows but made-up ones are there, so that all may be asked for."""

    def one(statement: str, *about: Seed, look: str | None = None, to: tuple[str, str] | None = None) -> Try:
        return Try(
            identity=identity,
            table=table,
            command=command,
            statement=statement,
            seeds=about,
            look=look,
            hands_to=to,
        )

    match command:
        case Command.SELECT:
            yield from (one(f"select from {table.name} where {seed.place}", seed) for seed in seeds)
        case Command.INSERT:
            # a role that may not fill such a column moves the sequence
            yield from (
                one(_insert(table, seed, granted), seed) for seed in seeds if seed.counting <= granted.insert
            )
        case Command.DELETE if alone:
            yield one(f"delete from {table.name}", *seeds, look=gone(seeds))
        case Command.DELETE:
            yield from (one(f"delete from {table.name} where {seed.place}", seed) for seed in seeds)
        case Command.UPDATE:
            change = _harmless(table, seeds, granted)
            if change is None:
                return
            if alone:
                yield one(f"update {table.name} set {change}", *seeds, look=gone(seeds))
            else:
                yield from (
                    one(f"update {table.name} set {change} where {seed.place}", seed) for seed in seeds
                )
            yield from (
                one(_hand_over(seed, column, value, alone=alone), seed, to=(user, column))
                for seed in seeds
                if seed.owner.user == identity.name
                for user, column, value in _moves(table, seed, seeds, granted)
            )


def each_by_itself(tried: Try) -> Iterator[Try]:
    """Try again row by row what failed for all of them together."""
    for seed in tried.seeds:
        yield Try(
            identity=tried.identity,
            table=tried.table,
            command=tried.command,
            statement=f"{tried.statement} where {seed.place}",
            seeds=(seed,),
        )


def gone(seeds: Sequence[Seed]) -> str:
    """Ask which rows do not lie any longer where they lay, by their place from 1."""
    asked = " union all ".join(
        f"select {number} from (values (1)) one where not exists (select from {seed.table.name}"
        f" where ctid = {literal(seed.ctid)} and tableoid = {seed.lies_in})"
        for number, seed in enumerate(seeds, start=1)
    )
    return f"select array(select number::text from ({asked}) found (number))"


def _insert(table: Table, seed: Seed, granted: Granted) -> str:
    given = {name: value for name, value in seed.given.items() if name in granted.insert}
    if not given:
        return f"insert into {table.name} default values"
    columns = ", ".join(identifier(name) for name in given)
    values = ", ".join(literal(value) for value in given.values())
    return f"insert into {table.name} ({columns}) overriding system value values ({values})"


def _harmless(table: Table, seeds: Sequence[Seed], granted: Granted) -> str | None:
    """Write a change that changes nothing: a value that all these rows have, or a column's own."""
    columns = [
        column for column in table.columns.values() if column.name in granted.update and not column.generated
    ]
    for column in columns:
        values = {seed.values[column.name] for seed in seeds}
        if len(values) == 1 and not column.identity:
            return f"{identifier(column.name)} = {literal(values.pop())}"
    for column in columns:
        if not column.identity:
            return f"{identifier(column.name)} = {identifier(column.name)}"
    return None


def _hand_over(seed: Seed, column: str, value: str | None, *, alone: bool) -> str:
    """Write a change of owner; one that reads nothing of the row is not held against policies for SELECT."""
    change = f"update {seed.table.name} set {identifier(column)} = {literal(value)}"
    return change if alone else f"{change} where {seed.place}"


def _moves(
    table: Table, seed: Seed, seeds: Sequence[Seed], granted: Granted
) -> Iterator[tuple[str, str, str | None]]:
    """Yield the columns that make the row its owner's, with what they would be in a stranger's."""
    other = next(
        (each for each in seeds if each.owner.way == seed.owner.way and each.owner.user != seed.owner.user),
        None,
    )
    if other is None:
        return
    of_owner = seed.told_by & other.told_by & granted.update
    for column in sorted(of_owner)[:_MOST_MOVES]:
        if seed.values[column] != other.values[column] and not table.columns[column].generated:
            yield other.owner.user, column, other.values[column]
