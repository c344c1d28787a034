"""An index that is dropped: for a moment nobody reads or writes its table."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.validation.changes import Change, Drop
from orchestrator.validation.hazard import Blocks, Hazard, Work
from orchestrator.validation.marked import Marked
from orchestrator.validation.moment import Seen
from orchestrator.validation.rule import Rule


def check(marked: Marked) -> Iterator[Finding]:
    """Report the indexes of a statement, each with its table."""
    dropped = [each for each in marked.statement() if _counts(each, marked)]
    for each in reversed(dropped):
        assert isinstance(each.change, Drop)
        whose = str(each.table) if each.table else "its table"
        message = f"Dropping index {each.change.name} locks {whose} against reads and writes"
        yield marked.finding(RULE, message, about=each.table)


def _counts(seen: Seen[Change], marked: Marked) -> bool:
    if not isinstance(seen.change, Drop) or seen.on_new_table:
        return False
    return seen.table is not None or marked.aftermath.terms.survey is None


RULE = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="An index is dropped without CONCURRENTLY",
    effect="The lock waits for every transaction that uses the table, and everybody else waits behind it",
    remedy="On a busy table, drop it with CONCURRENTLY, as the only statement of a file of its own",
    check=check,
    source=Source.SQUAWK,
    marks=("require-concurrent-index-deletion",),
    hazard=Hazard(blocks=Blocks.EVERYTHING, work=Work.NOTHING),
)
