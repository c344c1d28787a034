"""Names of two moments, to tell what was renamed or moved from what was dropped and made anew.

While an object is renamed or moved to another schema, the server's own number for it stays the same. These
numbers mean something within one database only, so nothing of this is kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from orchestrator.catalog.queries import query
from orchestrator.ports import Database

#: catalog, number, number of the part
Key = tuple[str, int, int]
#: so many columns of the query are the key
_OF_KEY: Final = 3

#: what is in something and is renamed through it, and how
_THROUGH: Final[Mapping[str, str]] = {
    "column": "rename column {own} to {new}",
    "attribute": "rename attribute {own} to {new}",
    "constraint": "rename constraint {own} to {new}",
    "value": "rename value {own} to {new}",
}
#: what is renamed by its name ON something
_ON: Final = ("trigger", "policy", "rule")
#: what is inside goes first: what it is in still has its name of the moment after
_ORDER: Final = ("label", "attribute", "column", "constraint", "trigger", "policy", "rule", "routine", "type")
_LAST: Final = "schema"


class Name(NamedTuple):
    """The name of one object at one moment."""

    catalog: str
    number: int
    part: int
    #: as ALTER calls it
    kind: str
    #: as SQL writes it
    own: str
    #: catalog and number of what it is in; empty and 0: of nothing
    in_catalog: str
    in_number: int
    #: of a routine, in parentheses
    arguments: str

    @property
    def key(self) -> Key:
        """Return what stays the same."""
        return (self.catalog, self.number, self.part)

    @property
    def place(self) -> Key:
        """Return the key of what it is in."""
        return (self.in_catalog, self.in_number, 0)


@dataclass(frozen=True, kw_only=True)
class Names:
    """All names of one moment of one database."""

    all: Mapping[Key, Name]


def read(database: Database) -> Names:
    """Return the names of all that can be renamed. Raises TargetError.

    Leaves settings behind that end with the transaction, as reading facts does.
    """
    database.rows(query("settings"))
    return Names(all={row[:_OF_KEY]: Name._make(row) for row in database.rows(query("names"))})


def renamings(before: Names, after: Names) -> tuple[str, ...]:
    """Return the statements that give everything its name of before, and its schema of before.

    Where another object now has such a name, that one is put aside under a name of ours: it was either
    renamed itself, and gets its own name back, or is new, and will have to go.
    """
    was = before.all
    other = [(was[key], now) for key, now in after.all.items() if key in was and was[key] != now]
    if all((old.own, old.in_number) == (now.own, now.in_number) for old, now in other):
        return ()
    return tuple(_Renaming(before, after).statements())


class _Renaming:
    def __init__(self, before: Names, after: Names) -> None:
        self._before = before.all
        self._now = dict(after.all)
        self._taken = {self._space(name): name.key for name in self._now.values()}
        self._aside = 0

    def statements(self) -> Iterator[str]:
        for key in sorted(self._now, key=self._depth):
            was = self._before.get(key)
            if was is not None and was.kind == self._now[key].kind:
                yield from self._back(key, was)

    def _depth(self, key: Key) -> tuple[int, Key]:
        order = len(_ORDER) + (key[0] == _LAST)
        return (_ORDER.index(key[0]) if key[0] in _ORDER else order, key)

    def _back(self, key: Key, was: Name) -> Iterator[str]:
        """Lead one object to its name, and then to its schema."""
        if self._now[key].own != was.own:
            yield from self._rename(key, was.own)
        now = self._now[key]
        moved = was.in_catalog == now.in_catalog == "schema" and was.in_number != now.in_number
        if moved and was.place in self._now:
            yield from self._move(key, was.in_number)

    def _rename(self, key: Key, own: str) -> Iterator[str]:
        name = self._now[key]
        yield from self._free(name._replace(own=own))
        yield self._statement(name, own)
        self._becomes(key, name._replace(own=own))

    def _move(self, key: Key, schema: int) -> Iterator[str]:
        name = self._now[key]
        yield from self._free(name._replace(in_number=schema))
        place = self._now["schema", schema, 0].own
        yield f"alter {name.kind} {self._written(name)} set schema {place}"
        self._becomes(key, name._replace(in_number=schema))

    def _free(self, wanted: Name) -> Iterator[str]:
        """Put aside who has this name."""
        other = self._taken.get(self._space(wanted))
        if other is None or other == wanted.key:
            return
        self._aside += 1
        name = self._now[other]
        aside = f"'bascule aside {self._aside}'" if name.kind == "value" else f"bascule_aside_{self._aside}"
        yield self._statement(name, aside)
        self._becomes(other, name._replace(own=aside))

    def _becomes(self, key: Key, name: Name) -> None:
        self._taken.pop(self._space(self._now[key]), None)
        self._now[key] = name
        self._taken[self._space(name)] = key

    def _statement(self, name: Name, new: str) -> str:
        if name.kind in _THROUGH:
            holder = self._now[name.place]
            change = _THROUGH[name.kind].format(own=name.own, new=new)
            return f"alter {holder.kind} {self._written(holder)} {change}"
        if name.kind in _ON:
            return f"alter {name.kind} {name.own} on {self._written(self._now[name.place])} rename to {new}"
        return f"alter {name.kind} {self._written(name)} rename to {new}"

    def _written(self, name: Name) -> str:
        """Write the qualified name."""
        schema = self._schema(name)
        qualified = f"{schema}.{name.own}" if schema else name.own
        return f"{qualified}{name.arguments}"

    def _schema(self, name: Name) -> str:
        place = self._now.get(name.place)
        if place is None:
            return ""
        return place.own if place.catalog == "schema" else self._schema(place)

    def _space(self, name: Name) -> tuple[str, Key, str]:
        """Return where no other may have the same name."""
        place = name.place
        if name.catalog == "relation" and name.in_catalog == "relation":
            holder = self._now.get(place)
            place = holder.place if holder else place
        return (name.catalog, place, f"{name.own}{name.arguments}")
