"""An index that is built while nobody may write."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.validation.hazard import Blocks, Hazard, Work
from orchestrator.validation.marked import Marked
from orchestrator.validation.rule import Rule


def check(marked: Marked) -> Iterator[Finding]:
    """Report each mark on a table that was there before."""
    if not marked.is_on_new_table:
        yield marked.finding(RULE, f"An index is built on {marked.table} while its rows cannot be written")


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="An index is built on a table that is there already, without CONCURRENTLY",
    effect="Every INSERT, UPDATE and DELETE on the table waits until the index is finished",
    remedy="On a large table, build it by hand with CONCURRENTLY first, and say IF NOT EXISTS here",
    check=check,
    source=Source.SQUAWK,
    marks=("require-concurrent-index-creation",),
    hazard=Hazard(blocks=Blocks.WRITES, work=Work.INDEX),
)
