"""Who needs what, as far as a world on paper knows: views, policies, foreign keys, triggers, functions."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from orchestrator.domain.shape import ForeignKey, Name, Policy, Table, TableKind
from orchestrator.validation.grammar.words import Words, lowered, words_of
from orchestrator.validation.world.certainty import lacks_column
from orchestrator.validation.world.world import World


@dataclass(frozen=True, kw_only=True, slots=True)
class Dependent:
    """One thing that PostgreSQL knows to need another."""

    #: e.g. "view public.totals"
    words: str
    #: whether it needs it for certain
    sure: bool


def of_relation(name: Name, world: World, *, leaving: AbstractSet[Name]) -> Iterator[Dependent]:
    """Yield who needs a table or view, but for those that leave with it."""
    for table in world.users(name):
        sure = table.name in world.sure
        if table.name == name or table.name in leaving:
            continue
        if name in table.reads:
            yield Dependent(words=f"view {table.name}", sure=sure)
        if name in table.parents and not _is_partitioned(name, world):
            yield Dependent(words=f"table {table.name}", sure=False)
        for key in table.foreign_keys:
            if key.references == name:
                yield _foreign_key(key, table, world)
        for policy in table.policies:
            if name in policy.reads:
                yield _policy(policy, table, sure=sure)
    yield from _functions_with_type(name, world, leaving)


def of_column(table: Table, column: str, world: World) -> Iterator[Dependent]:
    """Yield who needs a column, but for what its own table drops with it."""
    for policy in table.policies:
        if column in policy.columns:
            yield _policy(policy, table, sure=table.name in world.sure)
    for other in world.users(table.name):
        if table.name in other.reads and column in other.reads_columns:
            yield Dependent(words=f"view {other.name}", sure=_is_only_there(column, other, table.name, world))
        for key in other.foreign_keys:
            refers = key.references == table.name and other is not table
            if refers and column in (key.referenced_columns or table.primary_key):
                yield _foreign_key(key, other, world)


def _is_only_there(column: str, view: Table, name: Name, world: World) -> bool:
    """Tell whether no other relation that the view reads has a column of that name."""
    others = [world.tables.get(each) for each in view.reads - {name}]
    return view.name in world.sure and all(
        each is not None and lacks_column(each, column, world) for each in others
    )


def of_type(name: Name, world: World) -> Iterator[Dependent]:
    """Yield the columns and functions of a type."""
    for table in world.tables.values():
        for column in table.columns.values():
            if is_type(column.type, name, world) and table.kind is not TableKind.VIEW:
                yield Dependent(words=f"column {table.name}.{column.name}", sure=table.name in world.sure)
    yield from _functions_with_type(name, world, frozenset())


def of_function(name: Name, world: World) -> Iterator[Dependent]:
    """Yield the policies and triggers that call a function; with several of its name nobody knows which."""
    several = len(world.functions.get(name, ()))
    if not several:
        return
    calls = frozenset(Name(schema, name.name) for schema in _schemas(name, world))
    for table in world.tables.values():
        sure = several == 1 and table.name in world.sure
        for policy in table.policies:
            if not calls.isdisjoint(policy.calls):
                yield _policy(policy, table, sure=sure)
        for trigger in table.triggers:
            if trigger.function in calls:
                yield Dependent(words=f"trigger {trigger.name} on {table.name}", sure=sure)


def in_schema(schema: str, world: World) -> Iterator[Dependent]:
    """Yield what a schema holds."""
    for table in world.tables.values():
        if table.name.schema == schema:
            kind = "view" if table.kind is TableKind.VIEW else "table"
            yield Dependent(words=f"{kind} {table.name}", sure=table.name in world.sure)
    for name in world.functions:
        if name.schema == schema:
            yield Dependent(words=f"function {name}", sure=name in world.sure)


def is_type(written: str, name: Name, world: World) -> bool:
    """Tell whether a column's type is this one, or an array of it."""
    schema, _, word = written.removesuffix("[]").rpartition(".")
    return word == name.name and (schema or None) in _schemas(name, world)


def bodies_that_mention(name: Name, world: World, *, column: str | None = None) -> Iterator[Name]:
    """Yield the functions whose body mentions a table, view or type; with a column: both of them."""
    for function, words in _bodies(column or name.name, world):
        if words.mentions(name) and (column is None or words.holds(column)):
            yield function


def bodies_that_call(name: Name, world: World) -> Iterator[Name]:
    """Yield the functions whose body calls a function."""
    for function, words in _bodies(name.name, world):
        if function != name and words.calls(name):
            yield function


def _bodies(word: str, world: World) -> Iterator[tuple[Name, Words]]:
    small = word.lower()
    for name in world.functions_with(small):
        for each in world.functions[name]:
            if each.body and small in lowered(each.body):
                yield name, words_of(each.body)


def _functions_with_type(name: Name, world: World, leaving: AbstractSet[Name]) -> Iterator[Dependent]:
    for function in world.functions_with(name.name):
        several = world.functions[function]
        types = [text for each in several for text in (each.returns, *each.arguments)]
        if function not in leaving and any(is_type(text, name, world) for text in types):
            yield Dependent(words=f"function {function}", sure=function in world.sure)


def _policy(policy: Policy, table: Table, *, sure: bool) -> Dependent:
    return Dependent(words=f'policy "{policy.name}" on {table.name}', sure=sure)


def _foreign_key(key: ForeignKey, table: Table, world: World) -> Dependent:
    return Dependent(words=f"foreign key {key.name} on {table.name}", sure=table.name in world.sure)


def _schemas(name: Name, world: World) -> AbstractSet[str | None]:
    """Return how its schema may be written: not at all where the search path has it."""
    return {name.schema, None} if name.schema in world.search_path else {name.schema}


def _is_partitioned(name: Name, world: World) -> bool:
    table = world.tables.get(name)
    return table is not None and table.kind is TableKind.PARTITIONED
