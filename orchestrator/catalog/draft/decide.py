"""Which facts have to go, which have to be made, and which change in place."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from orchestrator.catalog.draft.columns import retyped
from orchestrator.catalog.draft.constraints import is_key, is_link
from orchestrator.catalog.draft.kinds import kind_of
from orchestrator.catalog.draft.moment import Key, Moment
from orchestrator.catalog.draft.world import Cannot, World
from orchestrator.domain.identity import within

#: kinds that stand in the way when a column that they name changes its type
_HOLD_TYPES = (
    *("view", "materialized view", "policy", "rule", "trigger", "column", "function", "procedure"),
    "published table",
)


@dataclass(kw_only=True)
class Decision:
    """What is to be done with which fact."""

    #: what is dropped, by itself or with something that it is in
    gone: set[Key] = field(default_factory=set)
    #: what changes in place, with the statements
    altered: dict[Key, tuple[str, ...]] = field(default_factory=dict)
    #: columns whose default is taken away for a while, because what it calls is made again
    undefaulted: set[Key] = field(default_factory=set)
    #: what no statement brings back
    impossible: set[Key] = field(default_factory=set)


def decide(world: World) -> Decision:
    """Decide for every fact that differs, and for all that stands in the way."""
    decision = Decision()
    start = {key for key in world.new.parts if key not in world.old}
    for key in _changed(world):
        way = kind_of(key[0]).alter(key[1], world)
        if way is Cannot.IN_PLACE:
            start.add(key)
        elif isinstance(way, Cannot):
            decision.impossible.add(key)
        elif way:
            decision.altered[key] = way
    while True:
        decision.gone |= _with_children(start, world)
        start = set(_in_the_way(decision, world))
        if not start:
            return decision


def reborn(decision: Decision, world: World) -> list[Key]:
    """Return what has to be made, in the order of its identity."""
    return sorted(key for key in world.old.parts if key not in world.new or key in decision.gone)


def _changed(world: World) -> list[Key]:
    now = world.new.definitions
    return sorted(key for key, said in world.old.definitions.items() if now.get(key, said) != said)


def _with_children(keys: set[Key], world: World) -> set[Key]:
    found, waiting = set(keys), list(keys)
    while waiting:
        for child in world.new.children(waiting.pop()):
            if child not in found and not _is_handed_back(child, world):
                found.add(child)
                waiting.append(child)
    return found


def _is_handed_back(key: Key, world: World) -> bool:
    """Tell whether it is a sequence that belonged to no column or to another one: its position is kept."""
    if key[0] != "sequence" or key not in world.old or "identity of" in world.new[key]:
        return False
    return world.old[key].get("owned by") != world.new[key].get("owned by")


def _in_the_way(decision: Decision, world: World) -> Iterator[Key]:
    """Find what names something that is made again, before and after; so it has to be made again itself."""
    shared = {key for key in decision.gone if key in world.old}
    changing = {key for key in decision.altered if key[0] == "column" and retyped(key[1], world)}
    for key in shared | changing:
        for user in world.new.users(key):
            if user in decision.gone or user not in world.old:
                continue
            if key not in shared and user[0] not in _HOLD_TYPES:
                continue
            if not set(world.old.uses(user)) & (shared | changing):
                continue  # changes in place first, and then names it no more
            if user[0] == "column" and not _is_computed(user, world.new):
                if key in shared:
                    decision.undefaulted.add(user)
            else:
                yield user
    yield from _links(shared - set(decision.impossible), decision, world)


def _is_computed(column: Key, moment: Moment) -> bool:
    return "generated" in moment[column] or "generated virtual" in moment[column]


def _links(shared: set[Key], decision: Decision, world: World) -> Iterator[Key]:
    """Find foreign keys that lean on a key that is made again."""
    tables = {within(key[1])[0] for key in shared if key[0] == "constraint" and is_key(world.new[key])}
    if not tables:
        return
    for identity, parts in world.new.of_kind("constraint"):
        key = ("constraint", identity)
        leans = any(f" REFERENCES {table}(" in parts["definition"] for table in tables)
        if is_link(parts) and leans and key in world.old and key not in decision.gone:
            yield key
