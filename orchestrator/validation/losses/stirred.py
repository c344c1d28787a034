"""What a change of rows does to other rows by itself: triggers, rules, and who refers to a row."""

from collections.abc import Iterable, Iterator
from typing import Final

from orchestrator.domain.shape import ForeignKey, Name, TableKind, Trigger
from orchestrator.validation import changes
from orchestrator.validation.changes import Change, Constraint, Verb
from orchestrator.validation.grammar.touches import Rows
from orchestrator.validation.losses.called import Effect, effect_of, hides_nothing, some_change_rows
from orchestrator.validation.world.world import World

#: what ON DELETE says that takes no row along
_KEEPING: Final = frozenset({None, "NO ACTION", "RESTRICT"})


def behind_of(name: Name, world: World) -> Iterator[Name]:
    """Yield whose rows are written under a name: what a view reads, what belongs to a parent."""
    waiting, seen = [name], {name}
    while waiting:
        table = world.tables.get(waiting.pop())
        if table is None:
            continue
        is_view = table.kind is TableKind.VIEW
        more = table.reads if is_view else [each.name for each in world.children(table.name)]
        waiting.extend(each for each in more if each not in seen)
        seen.update(more)
    yield from seen


def emptied_along(names: Iterable[Name], world: World) -> Iterator[Name]:
    """Yield what TRUNCATE … CASCADE empties along."""
    waiting, seen = list(names), set(names)
    while waiting:
        name = waiting.pop()
        for table in world.users(name):
            refers = any(key.references == name for key in table.foreign_keys)
            if refers and table.name not in seen:
                seen.add(table.name)
                waiting.append(table.name)
                yield table.name


def stirring(touch: Rows, names: Iterable[Name], old: frozenset[Name], world: World) -> Iterator[Name]:
    """Yield the tables of which a trigger may change other rows, or other columns of these."""
    events = _events(touch)
    for name in sorted({*names, *_ancestors(names, world)}):
        table = world.tables.get(name)
        if table is None:
            if name in old:
                yield name  # nobody knows its triggers
        elif any(
            events & each.events and _may_change(each, world, is_old=name in old) for each in table.triggers
        ):
            yield name


def ruled(touch: Rows, names: Iterable[Name], world: World) -> Iterator[Name]:
    """Yield the tables and views of which a rule makes something else of this."""
    events = _events(touch)
    for name in sorted(names):
        table = world.tables.get(name)
        if table is not None and any(each.event in events for each in table.rules):
            yield name


def working_out(touch: Rows, names: Iterable[Name], world: World) -> Iterator[Name]:
    """Yield the tables of which a default or a check calls what changes rows."""
    for name in sorted(names):
        table = world.tables.get(name)
        if table is None or table.kind is TableKind.VIEW or not (touch.adds or touch.sets):
            continue
        given = touch.columns or [*table.columns][: min(map(len, touch.given), default=0)]
        by_default = [
            column.calls
            for column in table.columns.values()
            if touch.defaults or (touch.adds and column.name not in given)
        ]
        if some_change_rows({*(table.calls or ()), *(name for each in by_default for name in each)}, world):
            yield name


def _events(touch: Rows) -> set[str]:
    removal = "TRUNCATE" if touch.verb is Verb.TRUNCATE else "DELETE"
    said = ((touch.adds, "INSERT"), (bool(touch.sets), "UPDATE"), (touch.removes, removal))
    return {event for is_said, event in said if is_said}


def _ancestors(names: Iterable[Name], world: World) -> set[Name]:
    """Return the tables whose triggers partitions have as well."""
    waiting, seen = list(names), set[Name]()
    while waiting:
        table = world.tables.get(waiting.pop())
        more = set(table.parents) - seen if table else set()
        seen |= more
        waiting.extend(more)
    return seen


def _may_change(trigger: Trigger, world: World, *, is_old: bool) -> bool:
    """Tell whether a trigger may change rows that were there; in front of a change, the row itself too."""
    if is_old and trigger.timing != "AFTER":
        return True
    own = bool(world.function(trigger.function))
    known = own or trigger.function.schema is not None or world.whole
    return not known or effect_of(trigger.function, world, alone=True, is_known=True) is not Effect.NONE


def reached(touch: Rows, names: Iterable[Name], cascading: set[str], world: World) -> Iterator[Name]:
    """Yield the tables whose rows go or change along with those that they refer to.

    `cascading`: names of foreign keys that the files made with ON DELETE CASCADE and its kind. Others cannot
    refer to rows that the files made, and rows that were there before are told anyway.
    """
    waiting, seen = list(names), set[Name]()
    while waiting:
        name = waiting.pop()
        for table in world.users(name):
            keys = [key for key in table.foreign_keys if key.references == name]
            if table.name not in seen and any(_follows(touch, key, cascading, world) for key in keys):
                seen.add(table.name)
                waiting.append(table.name)
                yield table.name


def _follows(touch: Rows, key: ForeignKey, cascading: set[str], world: World) -> bool:
    """Tell whether who refers may follow; ON UPDATE is not known here, and taken for CASCADE."""
    if touch.removes and touch.verb is not Verb.TRUNCATE and key.name in cascading:
        return True
    table = world.tables.get(key.references)
    referenced = set(key.referenced_columns or (table.primary_key if table else ()))
    return not referenced.isdisjoint(touch.sets)


def may_ask(names: Iterable[Name], world: World) -> bool:
    """Tell whether one of these is a view that calls what changes rows, or may be one."""
    waiting, seen = list(names), set[Name]()
    hides = False
    while waiting:
        name = waiting.pop()
        table = world.table(name)
        if name in seen or world.is_temporary(name):
            continue
        seen.add(name)
        if table is None:
            hides = hides or not hides_nothing(*name)
        elif table.kind in {TableKind.VIEW, TableKind.MATERIALIZED_VIEW}:
            hides = hides or table.calls is None
            waiting.extend(table.reads)
            if some_change_rows(table.calls or (), world):
                return True
    return hides and any(
        own.returns != "trigger" and effect_of(name, world, alone=True, is_known=True) is not Effect.NONE
        for name, several in world.functions.items()
        for own in several
    )


def keys_that_cascade(change: Change, world: World, added: set[tuple[Name, str]]) -> set[str] | None:
    """Return the foreign keys just made that take rows along; None where nobody knows their table.

    What is set to NULL in an added column was not there before.
    """
    match change:
        case changes.AddConstraint():
            made: tuple[Constraint, ...] = (change.constraint,)
        case changes.AddColumn():
            made = change.column.constraints
        case changes.CreateTable():
            made = change.all_constraints()
        case _:
            return set()
    table, found = world.table(change.table), set[str]()
    for each in made:
        if each.on_delete in _KEEPING or world.is_temporary(change.table):
            continue
        if table is None:
            return None
        is_new = all((table.name, column) in added for column in each.columns)
        if each.on_delete == "CASCADE" or not is_new:
            found.update(key.name for key in table.foreign_keys if key.columns == each.columns and key.name)
    return found


def is_new_sequence(written: Name, world: World, *, is_known: bool) -> bool:
    """Tell whether these files made it, by itself or with a table: then PostgreSQL chose its name."""
    name = world.would_be(written)
    if name in world.sequences:
        return is_known and ("sequence", name) in world.fresh_others
    tables = (world.tables.get(each) for each in world.fresh if is_known or each not in world.supposed)
    return any(
        name == Name(table.name.schema, f"{table.name.name}_{column}_seq")
        for table in tables
        if table is not None
        for column in table.columns
    )
