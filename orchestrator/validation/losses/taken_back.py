"""Rows that a migration inserts and its rollback deletes again, told apart from those that were there before.

Certain only where a unique key says so: the INSERT succeeded, therefore no other row had these values.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from math import prod

from orchestrator.domain.shape import Table, TableKind
from orchestrator.validation.grammar.touches import Rows
from orchestrator.validation.world.certainty import certain_columns
from orchestrator.validation.world.world import World

#: a row, as far as its values are constants
Row = dict[str, str]


def inserted_rows(touch: Rows, world: World) -> list[Row] | None:
    """Return the rows that an INSERT gives; None where nobody knows which they are."""
    table = world.table(touch.table)
    columns = touch.columns or tuple((certain_columns(table, world) or ()) if table else ())
    if not touch.given or any(len(row) > len(columns) for row in touch.given):
        return None
    return [
        {name: value for name, value in zip(columns, row, strict=False) if value is not None}
        for row in touch.given
    ]


def takes_back(touch: Rows, given: Iterable[list[Row]], world: World) -> bool:
    """Take the rows out of `given` that a DELETE removes; tell whether it can remove no others."""
    table = world.table(touch.table)
    lists = list(given)
    is_certain = bool(touch.named) and all(
        table is not None and _names_only(each, [row for rows in lists for row in rows], table, world)
        for each in touch.named
    )
    for rows in lists:
        rows[:] = [row for row in rows if not any(_is_meant(row, each) for each in touch.named)]
    return is_certain


def _names_only(named: Mapping[str, frozenset[str]], rows: list[Row], table: Table, world: World) -> bool:
    rows = [row for row in rows if named.keys() <= row.keys()]
    for key in _keys(table, world):
        if key <= named.keys():
            columns = sorted(key)
            known = {tuple(row[column] for column in columns) for row in rows}
            values = [named[column] for column in columns]
            if prod(map(len, values)) <= len(known) and known.issuperset(product(*values)):
                return True
    return False


def _is_meant(row: Row, named: Mapping[str, frozenset[str]]) -> bool:
    return all(row.get(column) in values for column, values in named.items())


def _keys(table: Table, world: World) -> Iterator[frozenset[str]]:
    """Yield sets of columns that no two rows have in common; heirs have their own rows."""
    is_whole = table.kind is TableKind.TABLE and not any(world.children(table.name))
    if not is_whole and table.kind is not TableKind.PARTITIONED:
        return
    if table.primary_key:
        yield frozenset(table.primary_key)
    for index in table.indexes:
        columns = frozenset(column for column in index.columns if column is not None)
        if index.unique and index.valid and not index.partial and None not in index.columns:
            yield columns
