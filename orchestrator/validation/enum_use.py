"""Where a statement uses one value of an enumeration, as far as that can be told from its words."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from orchestrator.domain.shape import Name, Table
from orchestrator.validation import changes
from orchestrator.validation.changes import AddEnumValue, Change, ColumnDefinition
from orchestrator.validation.dependents import is_type
from orchestrator.validation.expression import Expression
from orchestrator.validation.grammar.assignments import assignments_in
from orchestrator.validation.moment import Moment, Seen
from orchestrator.validation.world.world import World

#: from this version on a value may be used at once where the same transaction makes the type (15 refuses it)
SAFE_IN_NEW_TYPES_SINCE: Final = 17

#: columns by table
Columns = Mapping[Name, frozenset[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """One use of the value."""

    #: of the value, in characters of the statement
    offset: int
    #: whether the server would see it; False where only the word fits
    sure: bool


def columns_of_type(enum: Name, moment: Moment[AddEnumValue]) -> Columns:
    """Return the columns of that type: those that are there, and those that the file makes behind it."""
    world = moment.world
    found: dict[Name, set[str]] = defaultdict(set)
    for table in world.tables.values():
        found[table.name] |= {each.name for each in table.columns.values() if is_type(each.type, enum, world)}
    for seen in moment.later():
        match seen.change:
            case changes.CreateTable(table=written, columns=columns):
                made = {each.name for each in columns if is_type(each.type, enum, world)}
                found[world.would_be(written)] |= made
            case changes.AddColumn(table=written, column=column) if is_type(column.type, enum, world):
                found[world.named(written)].add(column.name)
    return {name: frozenset(columns) for name, columns in found.items() if columns}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sought:
    """The value whose uses are looked for."""

    value: str
    enum: Name
    columns: Columns
    #: as it was before the value was added
    world: World

    def first_use(self, seen: Seen[Change]) -> Use | None:
        """Return the first use in a change, a certain one before others; None where there is none."""
        return min(self._uses(seen), key=lambda use: (not use.sure, use.offset), default=None)

    def _uses(self, seen: Seen[Change]) -> Iterator[Use]:
        change = seen.change
        if isinstance(change, changes.ChangeRows):
            yield from self._in_rows(seen, change)
        for column in _definitions(change):
            if self._is_of_type(column.type):
                yield from self._in_default(column.default, sure=True)
        if isinstance(change, changes.SetDefault):
            known = change.column in self._columns_of(change.table)
            yield from self._in_default(change.default, sure=known)
        for expression in _expressions(change):
            yield from self._in_condition(expression, change)

    def _is_of_type(self, written: str | None) -> bool:
        return written is not None and is_type(written, self.enum, self.world)

    def _columns_of(self, written: Name) -> frozenset[str]:
        return self.columns.get(self.world.named(written), frozenset())

    def _in_default(self, expression: Expression | None, *, sure: bool) -> Iterator[Use]:
        for literal in expression.literals if expression else ():
            if literal.text == self.value:
                yield Use(offset=literal.offset, sure=sure)

    def _in_condition(self, expression: Expression, change: Change) -> Iterator[Use]:
        """Find the value where it is cast to the type, or compared with a column of it."""
        for literal in expression.literals:
            if literal.text == self.value and self._is_of_type(literal.cast):
                yield Use(offset=literal.offset, sure=True)
        visible = self._visible_columns(expression, change)
        for each in expression.equalities:
            if each.value == self.value and not each.is_number and each.column in visible:
                yield Use(offset=each.offset, sure=visible[each.column])

    def _visible_columns(self, expression: Expression, change: Change) -> Mapping[str, bool]:
        """Return the columns of the type that it can see, and whether nothing else is meant by them."""
        own: frozenset[str] = frozenset()
        if isinstance(change, changes.TableChange | changes.CreateTable):
            own = self._columns_of(change.table)
        others = expression.reads - {getattr(change, "table", None)}  # an index reads its own table
        read = {column for name in others for column in self._columns_of(name)}
        return {**dict.fromkeys(read, False), **dict.fromkeys(own, not others)}

    def _in_rows(self, seen: Seen[Change], change: changes.ChangeRows) -> Iterator[Use]:
        """Find the value among what is written into the columns; in a DO block only the word is known."""
        own = self._columns_of(change.table)
        if change.guarded:
            if own and any(each.text == self.value for each in seen.part.constants if not each.is_comment):
                yield Use(offset=change.offset, sure=False)
            return
        table = self.world.table(change.table)
        for each in assignments_in(seen.part.text):
            if each.literal.text == self.value:
                column = each.column or _column_at(table, each.position)
                if column in own or self._is_of_type(each.literal.cast):
                    yield Use(offset=each.literal.offset, sure=True)
                elif not own and table is None:
                    yield Use(offset=each.literal.offset, sure=False)


def _column_at(table: Table | None, position: int) -> str | None:
    columns = list(table.columns) if table else []
    return columns[position] if position < len(columns) else None


def _definitions(change: Change) -> tuple[ColumnDefinition, ...]:
    match change:
        case changes.CreateTable():
            return change.columns
        case changes.AddColumn():
            return (change.column,)
        case _:
            return ()


def _expressions(change: Change) -> Iterator[Expression]:
    match change:
        case changes.CreatePolicy() | changes.AlterPolicy():
            several = [change.using, change.check]
        case changes.CreateIndex():
            several = [change.expression]
        case changes.CreateView():
            several = [change.query]
        case changes.CreateTable():
            several = [change.query, *(each.condition for each in change.all_constraints())]
        case changes.AddColumn():
            several = [each.condition for each in change.column.constraints]
        case changes.AddConstraint():
            several = [change.constraint.condition]
        case changes.ChangeRows():
            several = [change.where, change.query]
        case _:
            several = []
    return (each for each in several if each is not None)
