"""Comments."""

from typing import Final

from orchestrator.catalog.draft.identity import literal
from orchestrator.catalog.draft.moment import comment_words
from orchestrator.catalog.draft.world import Cannot, Kind, Way, World

#: what the server calls a thing in an identity -> what COMMENT calls it, where these differ
_WORDS: Final = {
    "table column": "column",
    "view column": "column",
    "materialized view column": "column",
    "foreign table column": "column",
    "composite type column": "column",
    "composite type": "type",
    "table constraint": "constraint",
    "statistics object": "statistics",
    "foreign-data wrapper": "foreign data wrapper",
}


def _create(identity: str, world: World) -> Way:
    return _says(identity, literal(world.old["comment", identity]["text"]))


def _drop(identity: str, _world: World) -> Way:
    return _says(identity, "null")


def _says(identity: str, text: str) -> Way:
    called, named = comment_words(identity)
    if not called:
        return Cannot.AT_ALL
    if called == "domain constraint":
        return (f"comment on constraint {named.replace(' on ', ' on domain ')} is {text}",)
    return (f"comment on {_WORDS.get(called, called)} {named} is {text}",)


COMMENT: Final = Kind(create=_create, drop=_drop, alter=_create, created=700, dropped=700)
