"""What a database holds, by numbers that stay when something is renamed: what it lost between two moments.

Rows are never counted: on a copy without rows nothing would ever be lost. A table that was dropped and made
again is another one, whatever it is called; one that was renamed, moved or detached is the same.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from orchestrator.catalog.queries import of_part, query
from orchestrator.catalog.versions import EVERYTHING, Part
from orchestrator.domain.conversion import is_lossless
from orchestrator.ports import Database

_PARTITIONED = "p"
_SEQUENCE = "S"
_COMPOSITE = "c"


class Column(NamedTuple):
    """A column whose values are stored, or an attribute of a composite type that columns are of."""

    #: quoted where it has to be
    name: str
    #: with the modifier: a type that is only renamed stays the same
    type_oid: int
    modifier: int
    #: as format_type writes it
    type: str
    #: of a domain what it is over, of an enumeration "enum"; None: it is what it says
    resolved: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """A table, a sequence, or a composite type that columns are of."""

    #: pg_class.relkind: r, p, S or c
    kind: str
    #: qualified, quoted where it has to be
    name: str
    #: OIDs of the tables that it is a partition or an heir of
    parents: tuple[int, ...] = ()
    #: of a sequence: the OID and number of the column that it goes with
    owner: tuple[int, int] | None = None
    #: as the query writes them: of most relations nobody ever asks
    written_columns: str

    @property
    def columns(self) -> Mapping[int, Column]:
        """The columns by their numbers."""
        return {number: Column(*rest) for number, *rest in json.loads(self.written_columns)}


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """Everything that holds rows or a position at one moment, by OID."""

    relations: Mapping[int, Relation]


def read(database: Database, *, part: Part | None = None, known: Holdings | None = None) -> Holdings:
    """Return what the database that is open here holds: all; or a part read anew, and the rest as `known`.

    Needs no superuser. Raises TargetError.
    """
    told = query("holdings")
    rows = database.rows(of_part(told), part.parameters) if part else database.rows(told, EVERYTHING)
    found = {row[0]: _relation(row) for row in rows}
    if part is None or known is None:
        return Holdings(relations=found)
    kept = {
        oid: each for oid, each in known.relations.items() if oid not in part.keys and each.kind != _COMPOSITE
    }
    return Holdings(relations={**kept, **{o: each for o, each in found.items() if o not in kept}})


def _relation(row: tuple[Any, ...]) -> Relation:
    _, kind, name, parents, table, number, columns = row
    return Relation(
        kind=kind,
        name=name,
        parents=tuple(parents),
        owner=(table, number) if table else None,
        written_columns=columns or "[]",
    )


def gone(before: Holdings, after: Holdings) -> tuple[str, ...]:
    """Say what was there before and is not there after, one line each, by the names of before.

    What goes with something else is not told again: columns and sequences of a table, partitions of a
    parent. A table whose rows are all in partitions is nothing by itself.
    """
    return tuple(sorted(_gone(before, after)))


def _gone(before: Holdings, after: Holdings) -> Iterator[str]:
    missing = before.relations.keys() - after.relations.keys()
    holders = {oid for oid, each in before.relations.items() if each.kind == "r"}
    parents = {parent for oid in missing & holders for parent in _ancestors(oid, before)}
    for oid in missing:
        relation = before.relations[oid]
        if not missing.isdisjoint(relation.parents):
            continue
        if relation.kind == "r" or (relation.kind == _PARTITIONED and oid in parents):
            yield f"the rows of {relation.name}"
        elif relation.kind == _SEQUENCE and _has_its_column(relation, after):
            yield f"the position of sequence {relation.name}"
    for oid in _changed_between(before, after) - missing:
        yield from _gone_columns(oid, before, after)


def _changed_between(before: Holdings, after: Holdings) -> set[int]:
    """Return what is not the very same value at both moments; what was read in part shares most of them."""
    return {oid for oid, each in before.relations.items() if after.relations.get(oid) is not each}


def _ancestors(oid: int, holdings: Holdings) -> Iterator[int]:
    waiting, seen = [oid], {oid}
    while waiting:
        relation = holdings.relations.get(waiting.pop())
        for parent in relation.parents if relation else ():
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
                yield parent


def _has_its_column(sequence: Relation, holdings: Holdings) -> bool:
    """Tell whether a sequence stood for itself, or its column is still there."""
    if sequence.owner is None:
        return True
    oid, number = sequence.owner
    table = holdings.relations.get(oid)
    return table is not None and number in table.columns


def _gone_columns(oid: int, before: Holdings, after: Holdings) -> Iterator[str]:
    relation = before.relations[oid]
    what = "attribute " if relation.kind == _COMPOSITE else ""
    missing = _names_gone(oid, before, after)
    inherited = {name for each in relation.parents if missing for name in _names_gone(each, before, after)}
    for name in missing:
        if name not in inherited:
            yield f"the values of {what}{relation.name}.{name}"


def _names_gone(oid: int, before: Holdings, after: Holdings) -> list[str]:
    """Return the columns that a relation has no more; nothing of one that is gone itself."""
    old, new = _both(oid, before, after)
    return [column.name for number, column in old.items() if number not in new]


def _both(oid: int, before: Holdings, after: Holdings) -> tuple[Mapping[int, Column], Mapping[int, Column]]:
    """Return the columns of a relation at both moments; none where nothing has changed."""
    old, new = before.relations.get(oid), after.relations.get(oid)
    if old is None or new is None or old.written_columns == new.written_columns:
        return {}, {}
    return old.columns, new.columns


def displaced(before: Holdings, after: Holdings) -> tuple[str, ...]:
    """Say which tables, sequences and columns bear the name of another that was there before, one line each.

    The facts are told by names: two of a kind that have changed places look as before, with the rows of the
    other. What has a name that nobody had is among the facts anyway.
    """
    found = list(_displaced(_names(before), _names(after)))
    for oid in _changed_between(before, after):
        relation = before.relations[oid]
        old, new = _both(oid, before, after)
        found += _displaced(_qualified(relation, old), _qualified(relation, new))
    return tuple(sorted(found))


def _qualified(relation: Relation, columns: Mapping[int, Column]) -> Mapping[int, str]:
    return {number: f"{relation.name}.{column.name}" for number, column in columns.items()}


def _names(holdings: Holdings) -> Mapping[int, str]:
    """Return the names of what holds something itself, by OID."""
    return {oid: each.name for oid, each in holdings.relations.items() if each.kind != _COMPOSITE}


def _displaced(before: Mapping[int, str], after: Mapping[int, str]) -> Iterator[str]:
    numbers = {name: number for number, name in before.items()}
    for number, name in before.items():
        now = after.get(number, name)
        if now == name or now not in numbers:
            continue
        if after.get(numbers[now]) != name:
            yield f"what was {name} is {now} now"
        elif name < now:
            yield f"{name} and {now} have changed places"


def narrowed(before: Holdings, between: Holdings, *, kept: Collection[str] = ()) -> tuple[str, ...]:
    """Say which columns got another type on the way that may not give back what was in them, one line each.

    Told is whatever is not known to lose nothing (domain/conversion.py). `kept` are columns such as
    "public.orders.placed_at" of which the statements say how their values come back. A column that is gone
    is for `gone` to tell.
    """
    return tuple(sorted(_narrowed(before, between, frozenset(kept))))


def _narrowed(before: Holdings, between: Holdings, kept: frozenset[str]) -> Iterator[str]:
    for oid in _changed_between(before, between):
        relation = before.relations[oid]
        changed = _changed(oid, before, between)
        inherited = {name for each in relation.parents if changed for name in _changed(each, before, between)}
        for name, said in changed.items():
            if name not in inherited and f"{relation.name}.{name}" not in kept:
                yield f"the values of {relation.name}.{name}: {said}"


def _changed(oid: int, before: Holdings, between: Holdings) -> Mapping[str, str]:
    """Say which type became which, by column, where that may lose something."""
    old, new = _both(oid, before, between)
    return {
        column.name: f"{column.type} became {new[number].type}"
        for number, column in old.items()
        if number in new and _may_lose(column, new[number])
    }


def _may_lose(old: Column, new: Column) -> bool:
    if (old.type_oid, old.modifier) == (new.type_oid, new.modifier):
        return False
    return not is_lossless(old.resolved or old.type, new.resolved or new.type)
