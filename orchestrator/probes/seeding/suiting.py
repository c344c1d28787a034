"""Values that suit a CHECK: found by trying likely ones, which the server judges."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Final

from orchestrator.probes.seeding.ground import Check, Table
from orchestrator.probes.seeding.likely import likely
from orchestrator.probes.seeding.quoting import identifier, literal

_MOST_EACH: Final = 90
_MOST: Final = 3000
_FEWEST_EACH: Final = 2
#: what a domain's check calls the column; what stands in quotes comes first, and is none
_VALUE: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\b(?P<value>VALUE)\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """Values to try for some columns, and the statement that asks the server for the first that suit."""

    columns: tuple[str, ...]
    tried: tuple[tuple[str | None, ...], ...]
    #: gives the place of the values, from 1; nothing where none suit
    statement: str


def search(
    table: Table, check: Check, row: Mapping[str, str | None], fixed: frozenset[str], *, number: int
) -> Search | None:
    """Search values for the columns of a check that are not fixed; None: all of them are.

    Values that also suit the table's other checks on these columns come first.
    """
    columns = tuple(name for name in check.columns if name not in fixed and not table.columns[name].generated)
    if not columns:
        return None
    tried = tuple(_mixed([likely(table.columns[name], check, row.get(name), number) for name in columns]))
    return Search(columns=columns, tried=tried, statement=_statement(table, check, row, columns, tried))


def _mixed(each: Sequence[Sequence[str | None]]) -> Iterator[tuple[str | None, ...]]:
    """Combine values; where there are many columns, few of each."""
    width = _MOST_EACH
    while width > _FEWEST_EACH and width ** len(each) > _MOST:
        width -= 1
    return islice(product(*(values[:width] for values in each)), _MOST)


def _statement(
    table: Table,
    check: Check,
    row: Mapping[str, str | None],
    columns: Sequence[str],
    tried: Sequence[Sequence[str | None]],
) -> str:
    """Write the search; texts are read as the columns would read them, but for what their domains ask."""
    others = tuple(name for name in check.columns if name not in columns)
    names = (*columns, *others)
    kept = [row.get(name) for name in others]
    rows = ", ".join(
        f"({place}, {', '.join(literal(value) for value in (*values, *kept))})"
        for place, values in enumerate(tried, start=1)
    )
    given = ", ".join(f"v{number}" for number in range(len(names)))
    read = ", ".join(
        f"c.v{number}::text::{table.columns[name].reads_as} as {identifier(name)}"
        for number, name in enumerate(names)
    )
    says = _VALUE.sub(lambda match: identifier(check.columns[0]) if match["value"] else match[0], check.says)
    also = "".join(f"(({other}) is not false) desc, " for other in _others(table, check, names))
    return (
        f"select array[c.place::text] from (values {rows}) c (place, {given}) "  # noqa: S608  # quoted above
        f"cross join lateral (select {read}) row "
        f"where (({says}) is not false) order by {also}c.place limit 1"
    )


def _others(table: Table, check: Check, names: Sequence[str]) -> Iterator[str]:
    for other in table.checks:
        is_about_these = other.columns and set(other.columns) <= set(names)
        if other is not check and is_about_these and not _is_of_domain(other):
            yield other.says


def _is_of_domain(check: Check) -> bool:
    return any(match["value"] for match in _VALUE.finditer(check.says))
