"""Which versions of rows the catalog consists of, and so which part of it may say something else by now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from orchestrator.catalog.queries import query
from orchestrator.ports import Database

#: the key of whatever is neither a relation's nor a routine's
OTHERS: Final = 0
#: beyond so many keys it is quicker to read everything
_MANY: Final = 60


class Version(NamedTuple):
    """What the rows of one key were at a moment; equal versions mean equal rows."""

    rows: int
    #: of what others that depend on it may say of it
    names: int


#: by key: the OID of a relation, that of a routine below zero, or OTHERS
Versions = Mapping[int, Version]


@dataclass(frozen=True, kw_only=True)
class Part:
    """Keys of which something else may be told now, and what to look at to tell it."""

    keys: frozenset[int]
    #: OIDs of what has these keys, and of what it names
    near: tuple[int, ...] = ()
    #: OIDs of what has these keys
    about: tuple[int, ...] = ()
    #: the files of facts/ that tell of them
    told_in: tuple[str, ...] = ()
    #: whether something with these keys belongs to a role of the platform
    has_platform: bool = False

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What the queries that read all or a part are told."""
        return {"keys": [*self.keys], "near": [*self.near], "about": [*self.about]}


#: what the same queries are told to read everything
EVERYTHING: Final[Mapping[str, Any]] = {"keys": None, "near": None, "about": None}


def read(database: Database) -> Versions:
    """Return the versions of all keys. settings.sql has to run before it. Raises TargetError."""
    return {key: Version(rows, names) for key, rows, names in database.rows(query("versions"))}


def changed(database: Database, before: Versions, now: Versions) -> Part | None:
    """Say what has to be read anew since `before`; `now` is this moment. None: all of it.

    Raises TargetError.
    """
    if before.get(OTHERS) != now.get(OTHERS):
        return None
    keys = {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}
    renamed = {key for key in keys & before.keys() & now.keys() if before[key].names != now[key].names}
    if renamed:
        keys.update(key for (key,) in database.rows(query("dependents"), _by_kind(renamed)))
    if OTHERS in keys or len(keys) > _MANY:
        return None
    if not keys & now.keys():
        return Part(keys=frozenset(keys))
    [(about, near, told_in, has_platform)] = database.rows(query("nearness"), _by_kind(keys))
    return Part(
        keys=frozenset(keys),
        near=tuple(near),
        about=tuple(about),
        told_in=tuple(sorted(told_in)),
        has_platform=has_platform,
    )


def _by_kind(keys: Collection[int]) -> Mapping[str, Any]:
    return {
        "relations": [key for key in keys if key > OTHERS],
        "routines": [-key for key in keys if key < OTHERS],
    }
