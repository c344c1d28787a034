"""Keeps made-up rows off keys that others may want: who inserts the same key waits until ours is undone."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

from orchestrator.ports import Database
from orchestrator.probes.seeding.ground import Column, Table

#: what only we make up: our ids, words and addresses, numbers far below zero, the range that meets none
_OURS: Final = re.compile(
    r"\b(?:0b|ba)5c01e0-0000-|\bprobe\d+\b|\bprobe\.invalid\b|^-[1-9]\d{2,}$|^empty$", re.IGNORECASE
)
#: made for a pattern or a length, and one of so many that nobody else writes just this one; a date is not
_RARE: Final = re.compile(r"(?!\d{4}-\d\d-\d\d)(?=.*\d)\S{8,}")
#: a default that calls something gives each row another value
_CALLS: Final = re.compile(r"\w\(|current_timestamp|localtimestamp", re.IGNORECASE)
#: unless it makes many alike
_COARSE: Final = re.compile(r"\b(?:date_trunc|to_char|lower|upper)\(|::date\b|current_date", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """Columns in which no two rows may be alike."""

    columns: tuple[str, ...]
    #: nor may two nulls be
    nulls_too: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """A row that is to be."""

    table: Table
    values: Mapping[str, str | None]
    told_by: Collection[str]


class Keys:
    """What must be unique, by table."""

    def __init__(self, keys: Mapping[int, tuple[Key, ...]]) -> None:
        """Take what `read_keys` found."""
        self._keys = keys

    def wanted_by_others(
        self, table: Table, values: Mapping[str, str | None], told_by: Collection[str]
    ) -> str:
        """Say which key of a row others may want to insert as well; empty: none.

        `values` are those that are given for it, `told_by` the columns that say whose it is.
        """
        row = _Row(table=table, values=values, told_by=told_by)
        for key in self._keys.get(table.oid, ()):
            if not any(_is_ours(row, name, key) for name in key.columns):
                return (
                    f"not tried: {', '.join(key.columns)} must be unique, and whoever inserts the same"
                    " would wait for us"
                )
        return ""


def read_keys(database: Database) -> Keys:
    """Read them. Raises TargetError when the catalog cannot be read."""
    found: dict[int, tuple[Key, ...]] = {}
    for oid, columns, nulls_too in database.rows(_SQL):
        if columns:
            found[oid] = (*found.get(oid, ()), Key(columns=tuple(columns), nulls_too=nulls_too))
    return Keys(found)


def _is_ours(row: _Row, name: str, key: Key) -> bool:
    """Tell whether a column's value is one that nobody else writes."""
    column = row.table.columns[name]
    if name not in row.values:
        return _is_fresh(column, key)
    if name in row.told_by and any(each.columns == (name,) for each in row.table.keys):
        return True  # it names a made-up row, whose own key nobody knows
    value = row.values[name]
    if value is None:
        return not key.nulls_too
    return _OURS.search(value) is not None or _RARE.fullmatch(value) is not None


def _is_fresh(column: Column, key: Key) -> bool:
    if column.default is None:
        return not (column.generated or key.nulls_too)
    return _CALLS.search(column.default) is not None and _COARSE.search(column.default) is None


_SQL: Final = resources.files(__package__).joinpath("unique.sql").read_text(encoding="utf-8")
