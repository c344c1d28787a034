"""Find the rows that go, or are overwritten, because those that they refer to are deleted."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from orchestrator.catalog.queries import query
from orchestrator.domain.dropped import Dropped
from orchestrator.domain.shape import Name, Shape
from orchestrator.ports import Database

_CASCADE: Final = "CASCADE"


class _Key(NamedTuple):
    """A foreign key that acts when a row is deleted."""

    #: what it refers to, and by which columns
    to: Name
    theirs: tuple[str, ...]
    #: who refers, and by which columns
    table: Name
    own: tuple[str, ...]
    #: what is written after ON DELETE
    does: str


def following(database: Database, dropped: Sequence[Dropped], shape: Shape) -> tuple[Dropped, ...]:
    """Return what follows the rows that statements delete: rows of other tables, and columns that are set.

    Which rows these are is known where the deleted ones are named by the columns that are referred to;
    otherwise any row counts. Raises TargetError, Unavailable when the connection breaks.
    """
    removed = [each for each in dropped if each.by is not None and each.column is None]
    if not removed:
        return ()
    keys: dict[Name, list[_Key]] = defaultdict(list)
    for schema, name, theirs, own_schema, own_name, own, does in database.rows(query("following")):
        key = _Key(Name(schema, name), tuple(theirs), Name(own_schema, own_name), tuple(own), does)
        keys[key.to].append(key)
    found: dict[Dropped, None] = {}
    while removed:
        deleted = removed.pop(0)
        for key in (key for name in _parts_of(deleted.table, shape) for key in keys[name]):
            for each in _along(deleted, key):
                if each not in found:
                    found[each] = None
                    removed += [each] if each.column is None else []
    return tuple(found)


def _along(deleted: Dropped, key: _Key) -> Iterator[Dropped]:
    columns = (None,) if key.does == _CASCADE else key.own
    only = _carried(deleted, key)
    for column in columns:
        yield Dropped(table=key.table, column=column, by=f"ON DELETE {key.does}", only=only)


def _carried(deleted: Dropped, key: _Key) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], ...]:
    """Say which rows refer to those that are deleted; (): any may."""
    own = dict(zip(key.theirs, key.own, strict=True))
    sides = tuple(
        tuple((own[column], values) for column, values in side if column in own) for side in deleted.only
    )
    return tuple(dict.fromkeys(sides)) if all(sides) else ()


def _parts_of(name: Name, shape: Shape) -> list[Name]:
    """Return a table and what belongs to it."""
    found = [name]
    for parent in found:
        found += [
            each.name for each in shape.tables.values() if parent in each.parents and each.name not in found
        ]
    return found
