"""An index that is built while nobody may write."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.validation.changes import CreateIndex
from orchestrator.validation.hazard import Blocks, Hazard, Work
from orchestrator.validation.marked import Marked
from orchestrator.validation.rule import Rule

_GIN = Hazard(blocks=Blocks.WRITES, work=Work.GIN)


def check(marked: Marked) -> Iterator[Finding]:
    """Report each mark on a table that was there before; an index that is there already costs nothing."""
    index = marked.change
    if not isinstance(index, CreateIndex) or marked.is_on_new_table or _is_there(marked, index):
        return
    message = f"An index is built on {marked.table} while its rows cannot be written"
    yield marked.finding(RULE, message, hazard=_GIN if index.method == "gin" else None)


def _is_there(marked: Marked, index: CreateIndex) -> bool:
    if marked.before is None or not index.if_not_exists:
        return False
    return any(each.name == index.name and each.valid for each in marked.before.indexes)


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="An index is built on a table that is there already, without CONCURRENTLY",
    effect="Every INSERT, UPDATE and DELETE on the table waits until the index is finished",
    remedy="On a large table, build it with CONCURRENTLY, as the only statement of a file of its own",
    check=check,
    source=Source.SQUAWK,
    marks=("require-concurrent-index-creation",),
    hazard=Hazard(blocks=Blocks.WRITES, work=Work.INDEX),
)
