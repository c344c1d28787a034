"""What a made-up row of one owner looks like before the server has seen it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from orchestrator.probes.seeding.bounds import leading_into
from orchestrator.probes.seeding.ground import Column, Ground, Table
from orchestrator.probes.seeding.quoting import identifier, literal
from orchestrator.probes.seeding.users import USERS, Owner
from orchestrator.probes.seeding.values import made_up
from orchestrator.probes.seeding.wishes import Wishes, allowed_values

#: so much of a value is told
_LONGEST_TOLD: Final = 40


@dataclass(kw_only=True)
class Draft:
    """A row that is still being mended until the server takes it."""

    table: Table
    owner: Owner
    values: dict[str, str | None]
    #: what makes it this owner's row, and is never changed
    fixed: frozenset[str]
    #: the columns that say whose it is
    told_by: frozenset[str]
    #: the columns whose values policies ask for
    wished: tuple[str, ...]
    #: the columns whose defaults would move a sequence
    counting: frozenset[str]
    #: the columns that lead it into a partition, and which of the values that do so it has
    led: frozenset[str]
    step: int
    #: why it was refused so far, for a limit: SQLSTATE, constraint, column
    refused: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def insert(self) -> str:
        """Write the INSERT; it gives the place of the row and the texts of all its columns."""
        columns = ", ".join(identifier(name) for name in self.values)
        values = ", ".join(literal(value) for value in self.values.values())
        what = f"({columns}) overriding system value values ({values})" if self.values else "default values"
        back = ", ".join(f"{identifier(name)}::text" for name in self.table.columns)
        return f"insert into {self.table.name} {what} returning array[tableoid::text, ctid::text, {back}]"


@dataclass(frozen=True, kw_only=True)
class Seed:
    """A row that the server took."""

    table: Table
    owner: Owner
    #: what the statement gave, for the same once more
    given: Mapping[str, str | None]
    #: what is stored, as text
    values: Mapping[str, str | None]
    ctid: str
    #: pg_class.oid of where it lies: a partition, for a partitioned table
    lies_in: int
    #: the columns that say whose it is
    told_by: frozenset[str]
    #: the columns whose values policies ask for
    wished: tuple[str, ...] = ()
    #: the columns whose defaults would move a sequence
    counting: frozenset[str]

    @property
    def label(self) -> str:
        """Return what the matrix calls it: A, A1, or B (status published).

        A row is known again at another moment by what it bears: policies of then may ask for other values.
        """
        bears = ", ".join(f"{name} {self.values[name]}" for name in self.wished)
        return f"{self.owner.label[0]} ({bears})" if bears else self.owner.label

    @property
    def place(self) -> str:
        """Write the condition that finds this row and no other."""
        if self.table.primary_key:
            return " and ".join(
                f"{identifier(name)} = {literal(self.values[name])}" for name in self.table.primary_key
            )
        return f"ctid = {literal(self.ctid)} and tableoid = {self.lies_in}"

    @property
    def told(self) -> str:
        """Name the row for people, and whose it is."""
        names = self.table.primary_key or tuple(self.table.columns)[:1]
        told = dict.fromkeys((*names, *sorted(self.told_by)))
        return ", ".join(f"{name} {_short(self.values[name])}" for name in told)

    @property
    def user_columns(self) -> frozenset[str]:
        """The columns that hold the id of the user whose row it is."""
        user = next(user for user in USERS if user.name == self.owner.user)
        return frozenset(name for name in self.told_by if self.values[name] == user.user)


class Numbers:
    """Counts up, so that no two made-up values are the same."""

    def __init__(self) -> None:
        """Begin at 1."""
        self._last = 0

    def next(self) -> int:
        """Return the next number."""
        self._last += 1
        return self._last


def _short(value: str | None) -> str:
    if value is None:
        return "null"
    return value if len(value) <= _LONGEST_TOLD else f"{value[: _LONGEST_TOLD - 1]}…"


def draft_row(
    ground: Ground,
    table: Table,
    owner: Owner,
    *,
    wished: Mapping[str, str],
    parents: Mapping[str, str | None],
    own: Mapping[str, str],
    named: frozenset[str],
    counting: frozenset[str],
    step: int,
    numbers: Numbers,
) -> Draft:
    """Draft a row.

    `wished` is what policies ask for, `parents` are the columns that name other rows, `own` those that name
    the user, `named` those by which other rows say who is a member, `counting` those whose defaults
    would move a sequence; `step` tells rows apart that are led into the same partition.
    """
    values: dict[str, str | None] = {**parents, **own}
    values |= {name: value for name, value in wished.items() if name not in own}
    led = leading_into(ground, table, step)
    values |= led
    for column in table.columns.values():
        if column.name not in values and (value := _needed(table, column, counting, numbers)) is not None:
            values[column.name] = value
    values = {name: value for name, value in values.items() if not table.columns[name].generated}
    return Draft(
        table=table,
        owner=owner,
        values=values,
        fixed=frozenset({*own, *wished, *parents}),
        told_by=frozenset({*own, *parents, *named}),
        wished=tuple(sorted({*wished} - {*own})) if owner.way else (),
        counting=counting,
        led=frozenset(led),
        step=step,
    )


def _needed(table: Table, column: Column, counting: frozenset[str], numbers: Numbers) -> str | None:
    if column.generated:
        return None
    if column.name in counting:
        return made_up(column, numbers.next())
    if not column.required or column.default is not None:
        return None
    allowed = allowed_values(table, column)
    return allowed[0] if allowed and not column.is_array else made_up(column, numbers.next())


def plain(table: Table, wishes: Wishes) -> Iterator[tuple[str, str]]:
    """Yield values that no policy asks for, where a default might be one that is asked for."""
    for name, asked in (wishes.values or {}).items():
        column = table.columns[name]
        if column.type == "bool":
            yield name, "false"
            continue
        others = [value for value in allowed_values(table, column) if value not in asked]
        if (
            others
            and (column.required or column.default)
            and any(value in (column.default or "") for value in asked)
        ):
            yield name, others[0]
