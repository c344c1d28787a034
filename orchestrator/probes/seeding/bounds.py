"""Values that lead a row into a partition."""

import re
from collections.abc import Iterator

from orchestrator.probes.seeding.ground import Ground, Table

_LIST = re.compile(r"FOR VALUES IN \((.*)\)$", re.DOTALL)
_RANGE = re.compile(r"FOR VALUES FROM \((.*)\) TO \((.*)\)$", re.DOTALL)
_VALUE = re.compile(r"'((?:[^']|'')*)'|([^\s,]+)")


def leading_into(ground: Ground, table: Table, step: int) -> dict[str, str | None]:
    """Return values for the columns by which a table, or what it is a partition of, is parted.

    A partitioned table is led into its first partition that says what it holds. Nothing for parts by hash and
    by default, which take nearly everything. Another `step` gives others, where they are counted or listed.
    """
    found: dict[str, str | None] = {}
    for partition in (*_down(ground, table), *_up(ground, table)):
        for column, value in zip(partition.parted_by, _values(partition.bound or "", step), strict=False):
            if value is not None:
                found[column] = None if value == "NULL" else value
    return found


def _up(ground: Ground, table: Table) -> Iterator[Table]:
    at: Table | None = table
    while at is not None and at.bound is not None:
        yield at
        at = ground.tables.get(at.partition_of) if at.partition_of is not None else None


def _down(ground: Ground, table: Table) -> Iterator[Table]:
    at = table
    while below := [ground.tables[oid] for oid in ground.partitions.get(at.oid, ())]:
        at = next((each for each in below if any(_values(each.bound or "", 0))), below[0])
        yield at


def _values(bound: str, step: int) -> list[str | None]:
    """Read the lower end of a range, or one of a list; None where it has no lower end."""
    if match := _LIST.match(bound):
        listed = _read(match[1])
        return [listed[step % len(listed)]]
    if match := _RANGE.match(bound):
        lower, upper = _read(match[1]), _read(match[2])
        return [
            _above(low, high, step) if low != "MINVALUE" else _below(high)
            for low, high in zip(lower, upper, strict=False)
        ]
    return []


def _above(lower: str | None, upper: str | None, step: int) -> str | None:
    """Go up from a bound as far as whole numbers allow."""
    if lower is None or not re.fullmatch(r"-?\d+", lower):
        return lower
    size = int(upper) - int(lower) if upper and re.fullmatch(r"-?\d+", upper) else step + 1
    return str(int(lower) + step % max(1, size))


def _below(upper: str | None) -> str | None:
    """Return something smaller than a bound; dates and numbers are, all else is left alone."""
    if upper is None or upper == "MAXVALUE":
        return None
    if re.fullmatch(r"-?\d+(\.\d+)?", upper):
        return str(int(float(upper)) - 1)
    return "1900-01-01" if re.match(r"\d{4}-\d\d-\d\d", upper) else None


def _read(text: str) -> list[str | None]:
    return [match[1].replace("''", "'") if match[2] is None else match[2] for match in _VALUE.finditer(text)]
