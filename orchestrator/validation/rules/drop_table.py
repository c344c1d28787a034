"""A table is dropped, with all that it holds."""

from collections.abc import Iterator
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import Drop
from orchestrator.validation.dropping import is_absent, is_first_line_of_making, is_fresh, is_made_again
from orchestrator.validation.hazard import figures
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule

_KINDS: Final = frozenset({"table", "foreign table"})


def check(moment: Moment[Drop]) -> Iterator[Finding]:
    """Report each table that was there before; one that holds nothing is only noted."""
    drop = moment.change
    if drop.kind not in _KINDS or is_fresh(drop, moment.world) or is_absent(drop, moment.world):
        return
    if is_first_line_of_making(moment):
        return
    name, size = moment.world.named(drop.name), moment.size(drop.name)
    again = ", and made again empty" if is_made_again(moment) else ""
    held = f": {figures(size)}" if size else ""
    yield moment.finding(
        RULE,
        f"{name} is dropped{again}{held}",
        about=drop.name,
        severity=Severity.NOTE if size is not None and not size.rows else None,
    )


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A table is dropped",
    effect="Its rows are gone, and code that still names it fails at once; no rollback brings rows back",
    remedy="Release code that no longer uses it, keep a copy of its rows, and drop it in a later migration",
    check=check,
    looks_at=(Drop,),
)
