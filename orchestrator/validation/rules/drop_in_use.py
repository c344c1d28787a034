"""What is dropped or renamed is still needed by others."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation import dependents
from orchestrator.validation.changes import CreateFunction, Drop, DropColumn, Rename, SetSchema
from orchestrator.validation.dependents import Dependent
from orchestrator.validation.dropping import full_name, is_made_later
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule
from orchestrator.validation.world.certainty import RELATIONS

_Dropping = Drop | DropColumn
_NAMED_AT_MOST: Final = 5


def check(moment: Moment[Drop | DropColumn | Rename | SetSchema]) -> Iterator[Finding]:
    """Report what PostgreSQL would refuse or take along, and function bodies that mention the name."""
    if isinstance(moment.change, _Dropping):
        found = list(_dependents(moment, moment.change))
        if found:
            yield from _needed(moment, moment.change, found)
    bodies = dict.fromkeys(_bodies(moment))
    left = [name for name in bodies if not _is_made_later(name, moment)]
    if left:
        yield _mentioned(moment, left)


def _dependents(
    moment: Moment[Drop | DropColumn | Rename | SetSchema], drop: _Dropping
) -> Iterable[Dependent]:
    world = moment.world
    if isinstance(drop, DropColumn):
        table = world.table(drop.table)
        return dependents.of_column(table, drop.column, world) if table else ()
    name = full_name(drop, world)
    match drop.kind:
        case kind if kind in RELATIONS:
            return dependents.of_relation(name, world, leaving=_leaving(moment))
        case "type" | "domain":
            return dependents.of_type(name, world)
        case "function":
            return dependents.of_function(name, world)
        case "schema":
            return dependents.in_schema(name.name, world)
        case _:
            return ()


def _leaving(moment: Moment[Drop | DropColumn | Rename | SetSchema]) -> frozenset[Name]:
    """Return all that the same statement drops."""
    every = moment.seen.part.parsed.changes
    return frozenset(full_name(each, moment.world) for each in every if isinstance(each, Drop))


def _needed(
    moment: Moment[Drop | DropColumn | Rename | SetSchema], drop: _Dropping, found: Sequence[Dependent]
) -> Iterator[Finding]:
    words = _listed([each.words for each in found])
    if drop.cascade:
        yield moment.finding(
            RULE,
            f"{_thing(moment)} takes along {words}",
            severity=Severity.WARNING,
            effect="CASCADE drops whatever needs it, without a word and without bringing it back",
            remedy="Drop by name what shall go, without CASCADE, and make again what is still needed",
        )
        return
    certain = not drop.guarded and any(each.sure for each in found)
    yield moment.finding(
        RULE,
        f"{_thing(moment)} is dropped, but needed by {words}",
        severity=Severity.ERROR if certain else Severity.WARNING,
        effect="Without CASCADE the server refuses it (2BP01)",
        remedy="Drop or change before it, in the same file, what needs it",
    )


def _bodies(moment: Moment[Drop | DropColumn | Rename | SetSchema]) -> Iterable[Name]:
    change, world = moment.change, moment.world
    match change:
        case DropColumn():
            return dependents.bodies_that_mention(world.named(change.table), world, column=change.column)
        case Rename(kind="column", part=str(column)):
            return dependents.bodies_that_mention(world.named(change.name), world, column=column)
        case Drop(kind="function") if is_made_later(change, moment) or len(world.function(change.name)) > 1:
            return ()
        case Rename(kind="function") | SetSchema(kind="function") | Drop(kind="function"):
            found = world.function(change.name)
            return dependents.bodies_that_call(found[0].name, world) if found else ()
        case Drop(kind=kind, part=None) | Rename(kind=kind, part=None) | SetSchema(kind=kind):
            return _that_mention(kind, change.name, moment)
        case _:
            return ()


def _that_mention(
    kind: str, written: Name, moment: Moment[Drop | DropColumn | Rename | SetSchema]
) -> Iterable[Name]:
    world = moment.world
    named = world.named(written)
    if kind in RELATIONS and named.schema != "pg_temp":
        return dependents.bodies_that_mention(named, world)
    if kind in {"type", "domain"}:
        enum = world.enum(written)
        return dependents.bodies_that_mention(enum.name if enum else world.would_be(written), world)
    return ()


def _is_made_later(function: Name, moment: Moment[Drop | DropColumn | Rename | SetSchema]) -> bool:
    """Tell whether the same file makes a function anew or drops it behind this change."""
    return any(
        moment.world.would_be(each.name) == function
        for each in moment.later_about(function.name)
        if isinstance(each, CreateFunction) or (isinstance(each, Drop) and each.kind == "function")
    )


def _mentioned(moment: Moment[Drop | DropColumn | Rename | SetSchema], bodies: Sequence[Name]) -> Finding:
    several = len(bodies) > 1
    done = {Rename: "renamed", SetSchema: "moved"}.get(type(moment.change), "dropped")
    return moment.finding(
        RULE,
        f"{_thing(moment)} is {done}, but mentioned by the function{'s' if several else ''}"
        f" {_listed([str(name) for name in bodies])}",
        severity=Severity.WARNING,
        effect="The server does not look into bodies of functions: they fail when they run the next time",
        remedy="Make the functions anew in the same file: create or replace function …",
    )


def _thing(moment: Moment[Drop | DropColumn | Rename | SetSchema]) -> str:
    change, world = moment.change, moment.world
    match change:
        case DropColumn():
            return f"{world.named(change.table)}.{change.column}"
        case Rename(kind="column"):
            return f"{world.named(change.name)}.{change.part}"
        case Drop():
            name = full_name(change, world)
        case _:
            name = world.named(change.name)
    return str(name) if change.kind == "table" else f"The {change.kind} {name}"


def _listed(words: Sequence[str]) -> str:
    shown, more = words[:_NAMED_AT_MOST], len(words) - _NAMED_AT_MOST
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="Something is dropped or renamed that others still use",
    effect="The server refuses it (2BP01), or others fail when they run the next time",
    remedy="Change first what uses it, in the same file",
    check=check,
    looks_at=(Drop, DropColumn, Rename, SetSchema),
)
