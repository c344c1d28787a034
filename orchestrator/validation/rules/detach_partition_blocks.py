"""A partition that is detached: for a moment nobody reads or writes the whole table."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.validation.changes import AlterTable
from orchestrator.validation.hazard import Blocks, Hazard, Work
from orchestrator.validation.marked import Marked
from orchestrator.validation.rule import Rule


def check(marked: Marked) -> Iterator[Finding]:
    """Report each mark on a table that was there before."""
    if isinstance(marked.change, AlterTable) and not marked.is_on_new_table:
        message = f"Detaching {marked.change.what} locks {marked.table} against reads and writes"
        yield marked.finding(RULE, message)


RULE = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="A partition is detached without CONCURRENTLY",
    effect="The lock waits for every transaction that uses the table, and everybody else waits behind it",
    remedy="Apply it in a quiet moment, or detach it with CONCURRENTLY, in a file of its own",
    check=check,
    source=Source.SQUAWK,
    marks=("require-concurrent-partition-detach",),
    hazard=Hazard(blocks=Blocks.EVERYTHING, work=Work.NOTHING),
)
