"""Functions, procedures and aggregates."""

from typing import Final

from orchestrator.catalog.draft.identity import literal
from orchestrator.catalog.draft.world import Cannot, Kind, Way, World, definition_of, differs, owned

_PARALLEL: Final = {"s": "safe", "r": "restricted"}
_MODIFY: Final = {"s": "shareable", "w": "read_write"}
#: parts of an aggregate that are written as they are
_PARTS: Final = {
    "size": "sspace",
    "final": "finalfunc",
    "combine": "combinefunc",
    "serialize": "serialfunc",
    "deserialize": "deserialfunc",
}


def _routine(word: str, *, created: int) -> Kind:
    """Return how functions or procedures are brought back."""

    def create(identity: str, world: World) -> Way:
        return (definition_of(world.old[word, identity]), *owned(word, (word, identity), world))

    def drop(identity: str, _world: World) -> Way:
        return (f"drop {word} {identity}",)

    def alter(identity: str, world: World) -> Way:
        old, new = world.old[word, identity], world.new[word, identity]
        if differs(old, new, "returns", "arguments"):
            return (
                Cannot.IN_PLACE
            )  # OR REPLACE changes neither the result nor names and defaults of arguments
        found = (definition_of(old),) if differs(old, new, "definition") else ()
        return (*found, *owned(word, (word, identity), world)) if differs(old, new, "owner") else found

    return Kind(create=create, drop=drop, alter=alter, created=created, dropped=530)


def _create_aggregate(identity: str, world: World) -> Way:
    parts = world.old["aggregate", identity]
    if parts["kind"] != "n" or "moving" in parts:
        return Cannot.AT_ALL  # ordered sets and moving states: the facts hold too little of them
    inside = [f"sfunc = {parts['step']}", f"stype = {parts['state']}"]
    inside += [f"{word} = {parts[part]}" for part, word in _PARTS.items() if part in parts]
    inside += ["finalfunc_extra"] if "final extra" in parts else []
    inside += [f"finalfunc_modify = {_MODIFY[parts['final modify']]}"] if "final modify" in parts else []
    inside += [f"initcond = {literal(parts['start'])}"] if "start" in parts else []
    inside += [f"sortop = {_operator(parts['sort'])}"] if "sort" in parts else []
    inside += [f"parallel = {_PARALLEL[parts['parallel']]}"] if "parallel" in parts else []
    return (
        f"create aggregate {identity} ({', '.join(inside)})",
        *owned("aggregate", ("aggregate", identity), world),
    )


def _operator(regoperator: str) -> str:
    """Turn ">(integer,integer)" into what SORTOP takes."""
    schema, dot, operator = regoperator.split("(", maxsplit=1)[0].rpartition(".")
    return f"operator({schema}{dot}{operator})" if schema else f"operator(pg_catalog.{operator})"


def _drop_aggregate(identity: str, _world: World) -> Way:
    return (f"drop aggregate {identity}",)


def _alter_aggregate(identity: str, world: World) -> Way:
    old, new = dict(world.old["aggregate", identity]), dict(world.new["aggregate", identity])
    owners = old.pop("owner"), new.pop("owner")
    if old != new:
        return Cannot.IN_PLACE
    return owned("aggregate", ("aggregate", identity), world) if owners[0] != owners[1] else ()


FUNCTION: Final = _routine("function", created=310)
PROCEDURE: Final = _routine("procedure", created=315)
AGGREGATE: Final = Kind(
    create=_create_aggregate, drop=_drop_aggregate, alter=_alter_aggregate, created=320, dropped=525
)
