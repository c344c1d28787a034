"""What a change makes, and whether that is there already for certain."""

from collections.abc import Iterator
from itertools import chain
from typing import Final, NamedTuple

from orchestrator.domain.shape import Name, Table, TableKind
from orchestrator.validation import changes
from orchestrator.validation.changes import Change
from orchestrator.validation.moment import Moment, Seen
from orchestrator.validation.world.world import World

#: of what CreateObject makes: what shares its names with tables, and with other types
_SPACES: Final = {"sequence": "relation", "type": "type", "domain": "type"}
_VIEWS: Final = frozenset({TableKind.VIEW, TableKind.MATERIALIZED_VIEW})
_OF_THE_DATABASE: Final = frozenset({"schema", "extension"})


class Making(NamedTuple):
    """One thing that comes to be, as PostgreSQL tells such things apart."""

    #: "relation", "type", "function", "schema", "extension", "column", "constraint", "policy", "trigger"
    kind: str
    #: its full name; of a part its table's
    name: Name
    #: of a part its own name, of a function its arguments
    part: str = ""

    def __str__(self) -> str:
        if self.kind in {"policy", "trigger", "constraint"}:
            return f'{self.kind.capitalize()} "{self.part}" on {self.name}'
        if self.kind in {"type", *_OF_THE_DATABASE}:
            return f"{self.kind.capitalize()} {self.name}"
        if self.kind == "function":
            return f"{self.name}({self.part})"
        return f"{self.name}.{self.part}" if self.part else str(self.name)


def makings(seen: Seen[Change], world: World) -> Iterator[Making]:
    """Yield what a change makes; first what the statement is about, then what comes with it."""
    change, table = seen.change, seen.table
    match change:
        case changes.CreateTable(temporary=False):
            name = world.would_be(change.table)
            yield Making("relation", name)
            for column in change.columns:
                yield Making("column", name, column.name)
            for constraint in change.all_constraints():
                if constraint.name:
                    yield Making("constraint", name, constraint.name)
        case changes.CreateView(temporary=False):
            yield Making("relation", world.would_be(change.view))
        case changes.Rename(kind="table" | "view" | "materialized view", part=None):
            yield Making("relation", Name(world.named(change.name).schema, change.new))
        case changes.TableChange() if table is not None:
            yield from _parts(change, table)
        case _:
            yield from _others(change, world)


def _others(change: Change, world: World) -> Iterator[Making]:
    match change:
        case changes.CreateObject(kind=kind) if kind in _SPACES:
            yield Making(_SPACES[kind], world.would_be(change.name))
        case changes.CreateObject(kind=kind) if kind in _OF_THE_DATABASE:
            yield Making(kind, Name(None, change.name.name))
        case changes.CreateEnum():
            yield Making("type", world.would_be(change.type))
        case changes.CreateFunction():
            yield Making("function", world.would_be(change.name), ", ".join(change.arguments))


def _parts(change: changes.TableChange, table: Name) -> Iterator[Making]:
    match change:
        case changes.CreateIndex() if change.name:
            yield Making("relation", Name(table.schema, change.name))
        case changes.AddColumn():
            yield Making("column", table, change.column.name)
        case changes.AddConstraint() if change.constraint.name:
            yield Making("constraint", table, change.constraint.name)
        case changes.CreatePolicy():
            yield Making("policy", table, change.name)
        case changes.CreateTrigger():
            yield Making("trigger", table, change.name)


def is_there(making: Making, world: World) -> bool:
    """Tell whether it is there already, for certain."""
    kind, name, part = making
    match kind:
        case "relation":
            return _has_relation(name, world)
        case _ if name not in world.sure:
            return False
        case "type":
            return name in world.enums or name in world.other_types
        case "function":
            return any(", ".join(each.arguments) == part for each in world.functions.get(name, ()))
        case "schema" | "extension":
            return name.name in (world.schemas if kind == "schema" else world.extensions)
    return _has_part(kind, name, part, world)


def _has_relation(name: Name, world: World) -> bool:
    if name in world.tables or name in world.sequences:
        return name in world.sure
    table = world.table_of_index(name)
    return table is not None and table.name in world.sure


def _has_part(kind: str, name: Name, part: str, world: World) -> bool:
    """Look into a table; what CREATE TABLE IF NOT EXISTS says of columns may not be so."""
    table = world.tables.get(name)
    if table is None or (kind in {"column", "constraint"} and name in world.supposed):
        return False
    return _holds(kind, part, table)


def _holds(kind: str, part: str, table: Table) -> bool:
    match kind:
        case "policy":
            return any(policy.name == part for policy in table.policies)
        case "trigger":
            return any(trigger.name == part for trigger in table.triggers)
        case "column":
            return part in table.columns
        case _:
            return part in table.constraints


def _had(making: Making, seen: Seen[Change], world: World) -> bool:
    """Tell whether it was there before the change, which then has made nothing."""
    before = seen.before
    if isinstance(seen.change, changes.CreateView):
        there = world.tables.get(making.name)
        return there is None or there.kind not in _VIEWS
    if before is None:
        return False
    if making.kind != "relation":
        return _holds(making.kind, making.part, before)
    return before.name == making.name or any(each.name == making.name.name for each in before.indexes)


def who_made(making: Making, moment: Moment[Change]) -> str:
    """Say what made it: a statement of this review by file and line, or what was there before."""
    for seen in chain(reversed(moment.earlier), reversed(moment.past)):
        if making in makings(seen, moment.world) and not _had(making, seen, moment.world):
            return f"{seen.path.rpartition('/')[2]}:{seen.place()[0]} makes it"
    if making.part and making.kind != "function" and making.name in moment.world.fresh:
        return who_made(Making("relation", making.name), moment)  # PostgreSQL chose its name
    return "the target has it" if moment.terms.survey else "an earlier migration makes it"
