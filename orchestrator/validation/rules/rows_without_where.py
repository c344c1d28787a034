"""Every row of a table is changed or deleted."""

from collections.abc import Iterator
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.survey import Size
from orchestrator.validation.changes import ChangeRows, Verb
from orchestrator.validation.hazard import Work, duration, figures, seconds_of
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule

#: so many rows may be rewritten without anybody noticing
_FEW: Final = 10_000


def check(moment: Moment[ChangeRows]) -> Iterator[Finding]:
    """Report UPDATE and DELETE that name no rows, on a table that was there before."""
    change, size = moment.change, moment.size(moment.change.table)
    if change.verb not in {Verb.UPDATE, Verb.DELETE} or change.has_where:
        return
    if moment.world.is_fresh(change.table):
        return
    deletes = change.verb is Verb.DELETE
    few = size is not None and size.rows <= (0 if deletes else _FEW)
    held = f" ({figures(size)})" if size else ""
    yield moment.finding(
        RULE,
        f"{change.verb.upper()} on {moment.world.named(change.table)} names no rows: it is for all{held}",
        about=change.table,
        severity=Severity.NOTE if few else None,
        effect=None if deletes or size is None else _effect(size),
        remedy=_KEEP if deletes else None,
    )


def _effect(size: Size) -> str:
    seconds = duration(seconds_of(Work.REWRITE, size))
    return f"Every row is written anew in one transaction, about {seconds}"


_KEEP: Final = "Say which rows shall go, or keep a copy first; WHERE true says that all are meant"

RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="UPDATE or DELETE without WHERE",
    effect="It is for every row, meant or forgotten, and no rollback knows the old values",
    remedy="Say which rows are meant: where status is null; WHERE true says that all are",
    check=check,
    looks_at=(ChangeRows,),
)
