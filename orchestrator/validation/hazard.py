"""How much a lock weighs: the work that is done while it is held, on a table of the size it has.

Estimates that tell an hour from a second, not seconds from each other. Measured on the embedded PostgreSQL 18
(two cores, 64 MB of shared buffers, tables in the system's cache), in seconds:

    a table of                  1 M rows, 100 MB   8 M rows, 0.8 GB   1 M rows, 1 GB   here for the last
    SET NOT NULL, CHECK                0.04               0.33              0.33             2.1
    foreign key, small / large         0.13 / 1.7         0.97              0.48             3
    btree on bigint, uuid              0.26-0.30          1.6-2.4           0.51-0.63        2.7
    GIN on jsonb, tsvector             7.5-10.6           4 M: 18-28          -                -
    EXCLUDE with GiST                  52                   -                 -                -
    int to bigint                      0.53               4.5               4.7              11
    the same with two indexes          0.98               10.5              4.5              11
    new column gen_random_uuid()       1.6                13.9              6.2              11

The constants are those of a busier server: tables are read from disk (500 MB a second) and written
twice, as table and as log (100 MB a second).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.domain.survey import LongTransaction, Size, Survey
from orchestrator.validation.terms import Terms

#: below this nobody notices
_UNNOTICED_SECONDS: Final = 0.1
_MINUTE: Final = 60
_FEW_SECONDS: Final = 10
_HOUR: Final = 3600
_MILLION: Final = 1_000_000
_MEGABYTE: Final = 1_000_000


class Blocks(StrEnum):
    """Who has to wait."""

    WRITES = "writes"
    EVERYTHING = "reads and writes"


class Work(StrEnum):
    """What is done while the lock is held."""

    #: only the catalog changes: the danger is in waiting for the lock, with everybody else behind
    NOTHING = "nothing"
    SCAN = "scan"
    #: each row is looked up in another table
    LOOK_UP = "look-up of every row"
    INDEX = "index build"
    GIN = "GIN index build"
    #: each row is looked up in the index that has just been built
    EXCLUSION = "comparison of the rows"
    REWRITE = "rewrite"


#: rows and bytes in a second; NOTHING takes no time
_SPEED: Final[Mapping[Work, tuple[int, int]]] = {
    Work.SCAN: (10 * _MILLION, 500 * _MEGABYTE),
    Work.LOOK_UP: (_MILLION, 500 * _MEGABYTE),
    Work.INDEX: (1_500_000, 500 * _MEGABYTE),
    Work.GIN: (100_000, 500 * _MEGABYTE),
    Work.EXCLUSION: (20_000, 500 * _MEGABYTE),
    Work.REWRITE: (_MILLION, 100 * _MEGABYTE),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Hazard:
    """A lock and the work under it."""

    blocks: Blocks
    work: Work


def seconds_of(work: Work, size: Size) -> float:
    """Estimate how long the work takes on a table of this size."""
    if work is Work.NOTHING:
        return 0.0
    rows, size_in_bytes = _SPEED[work]
    return size.rows / rows + size.bytes / size_in_bytes


def weigh(finding: Finding, hazard: Hazard, table: Name, terms: Terms) -> Finding:
    """Give a finding the severity that the table's size calls for, and name the figures.

    Without a target nothing is known and the finding stays as it is. With one, a size that is missing is
    said to be unknown: it may be any.
    """
    if terms.survey is None:
        return finding
    size = terms.survey.sizes.get(table)
    held = _waiting(table, terms.survey)
    if hazard.work is Work.NOTHING:
        effect = f"{hazard.blocks} on {table} wait for a moment{held}"
        return replace(finding, severity=Severity.NOTE, effect=effect, object=str(table))
    if size is None:
        effect = f"{finding.effect}; how much {table} holds is not known{held}"
        return replace(finding, effect=effect, object=str(table))
    seconds = seconds_of(hazard.work, size)
    known = f"{table} has {figures(size)}"
    effect = f"{known}: {hazard.blocks} wait for about {duration(seconds)} ({hazard.work}){held}"
    return replace(finding, severity=severity_of(seconds, terms), effect=effect, object=str(table))


def figures(size: Size) -> str:
    """Say how much a table holds: "about 12.0 million rows in 3.4 GB"."""
    return f"about {_count(size.rows)} rows in {_bytes(size.bytes)}"


def severity_of(seconds: float, terms: Terms) -> Severity:
    """Tell how much it weighs to be locked out for so long."""
    if seconds >= terms.longest_block_seconds:
        return Severity.ERROR
    return Severity.WARNING if seconds >= _UNNOTICED_SECONDS else Severity.NOTE


def _waiting(table: Name, survey: Survey) -> str:
    """Tell of a transaction that has been holding the table for long: the lock has to wait for it."""
    busy = [each for each in survey.long_transactions if table in each.tables]
    return f"; {holding(busy[0])}" if busy else ""


def holding(transaction: LongTransaction) -> str:
    """Say who holds it and since when, where that may be seen."""
    since = (
        f"has held it for {duration(transaction.seconds)}" if transaction.seconds else "holds a lock on it"
    )
    return f"process {transaction.pid} ({transaction.who}) {since}"


def duration(seconds: float) -> str:
    """Write a time as people say it."""
    if seconds < 1:
        return f"{max(1, round(seconds * 1000))} ms"
    if seconds < _FEW_SECONDS:
        return f"{seconds:.2g} s"  # so that 4.6 s does not read like the 5 s that refuse
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < 2 * _HOUR else f"{seconds / _HOUR:.0f} h"


def _count(number: int) -> str:
    return f"{number / _MILLION:.1f} million" if number >= _MILLION else f"{number:,}"


def _bytes(number: int) -> str:
    for size, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number} bytes"
