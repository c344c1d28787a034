"""An index that is built anew while nobody may read or write its table."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.validation.changes import Maintain
from orchestrator.validation.hazard import Blocks, Hazard, Work
from orchestrator.validation.marked import Marked
from orchestrator.validation.rule import Rule


def check(marked: Marked) -> Iterator[Finding]:
    """Report each mark; what cannot run in a transaction at all is another rule's."""
    reindex = marked.change
    if not isinstance(reindex, Maintain) or marked.seen is None or marked.is_on_new_table:
        return
    if marked.seen.part.parsed.runs_alone is None:
        what = f"index {reindex.table}" if reindex.of_index else f"every index of {marked.table}"
        whose = marked.table or "its table"
        message = f"REINDEX builds {what} anew while nobody reads or writes {whose}"
        yield marked.finding(RULE, message)


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="An index is built anew without CONCURRENTLY",
    effect="Writes wait until it is finished; reads too, for the planner looks at every index of the table",
    remedy="Run REINDEX … CONCURRENTLY by hand: an index's state is not part of the schema",
    check=check,
    source=Source.SQUAWK,
    marks=("require-concurrent-reindex",),
    hazard=Hazard(blocks=Blocks.EVERYTHING, work=Work.INDEX),
)
