"""How much a lock weighs: the work that is done while it is held, on a table of the size it has.

The figures are estimates for telling an hour from a second, not seconds from each other. Measured on the
embedded PostgreSQL 18 with tables of 1 and 10 million rows; a busy or small server is slower (docs/rules.md).
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.domain.survey import LongTransaction, Size
from orchestrator.validation.terms import Terms

#: below this nobody notices
_UNNOTICED_SECONDS = 0.1
_MINUTE = 60
_MILLION = 1_000_000
_MEGABYTE = 1_000_000


class Blocks(StrEnum):
    """Who has to wait."""

    WRITES = "writes"
    EVERYTHING = "reads and writes"


class Work(StrEnum):
    """What is done while the lock is held."""

    #: only the catalog changes: the danger is in waiting for the lock, with everybody else behind
    NOTHING = "nothing"
    SCAN = "scan"
    INDEX = "index build"
    REWRITE = "rewrite"


@dataclass(frozen=True, kw_only=True, slots=True)
class Hazard:
    """A lock and the work under it."""

    blocks: Blocks
    work: Work


def seconds_of(work: Work, size: Size) -> float:
    """Estimate how long the work takes on a table of this size."""
    match work:
        case Work.NOTHING:
            return 0.0
        case Work.SCAN:
            return size.rows / 5_000_000 + size.bytes / (500 * _MEGABYTE)
        case Work.INDEX:
            return size.rows / 1_500_000 + size.bytes / (500 * _MEGABYTE)
        case Work.REWRITE:
            return size.rows / 1_000_000 + size.bytes / (100 * _MEGABYTE)


def weigh(finding: Finding, hazard: Hazard, table: Name, terms: Terms) -> Finding:
    """Give a finding the severity that the table's size calls for, and name the figures.

    Without a target nothing is known and the finding stays as it is.
    """
    if terms.survey is None:
        return finding
    size = terms.survey.sizes.get(table)
    if size is None:
        return finding
    seconds = seconds_of(hazard.work, size)
    severity = _severity(seconds, terms)
    words = f"{table} has about {_count(size.rows)} rows in {_bytes(size.bytes)}"
    effect = f"{words}: {_effect(hazard, seconds)}{_waiting(table, terms)}"
    return replace(finding, severity=severity, effect=effect, object=str(table))


def _severity(seconds: float, terms: Terms) -> Severity:
    if seconds >= terms.longest_block_seconds:
        return Severity.ERROR
    return Severity.WARNING if seconds >= _UNNOTICED_SECONDS else Severity.NOTE


def _effect(hazard: Hazard, seconds: float) -> str:
    if hazard.work is Work.NOTHING:
        return f"{hazard.blocks} wait for a moment"
    return f"{hazard.blocks} wait for about {_duration(seconds)} ({hazard.work})"


def _waiting(table: Name, terms: Terms) -> str:
    """Tell of a transaction that has been holding the table for long: the lock has to wait for it."""
    assert terms.survey is not None
    busy = [each for each in terms.survey.long_transactions if table in each.tables]
    return f"; {_holding(busy[0])}" if busy else ""


def _holding(transaction: LongTransaction) -> str:
    """Say who holds it and since when, where that may be seen."""
    since = (
        f"has held it for {_duration(transaction.seconds)}" if transaction.seconds else "holds a lock on it"
    )
    return f"process {transaction.pid} ({transaction.who}) {since}"


def _duration(seconds: float) -> str:
    if seconds < 1:
        return f"{max(1, round(seconds * 1000))} ms"
    return f"{seconds:.0f} s" if seconds < 2 * _MINUTE else f"{seconds / _MINUTE:.0f} min"


def _count(number: int) -> str:
    return f"{number / _MILLION:.1f} million" if number >= _MILLION else f"{number:,}"


def _bytes(number: int) -> str:
    for size, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number} bytes"
