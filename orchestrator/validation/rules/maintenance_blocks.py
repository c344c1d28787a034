"""Maintenance that locks a table: no business of a migration."""

from collections.abc import Iterator
from typing import Any

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import AlterTable, Maintain
from orchestrator.validation.hazard import Blocks, Hazard, Work
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule

_REWRITE = Hazard(blocks=Blocks.EVERYTHING, work=Work.REWRITE)
_ALTERING = frozenset({"SET TABLESPACE", "SET LOGGED", "SET UNLOGGED", "SET ACCESS METHOD"})
#: LOCK TABLE in these modes keeps writers out; ACCESS EXCLUSIVE keeps everybody out
_AGAINST_WRITES = frozenset({"SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE"})


def check(moment: Moment[Any]) -> Iterator[Finding]:
    """Report what rewrites or locks a table that was there before."""
    change = moment.change
    if change.guarded or moment.seen.on_new_table or change.table is None:
        return
    if isinstance(change, Maintain) and change.command == "LOCK TABLE":
        yield from _of_lock(moment, change)
    elif _rewrites(change):
        message = f"{change.command} writes {moment.seen.table} anew while nobody reads or writes it"
        yield moment.finding(RULE, message, about=change.table, remedy=_remedy(change))


def _rewrites(change: Maintain | AlterTable) -> bool:
    if isinstance(change, AlterTable):
        return change.command in _ALTERING
    return change.command == "CLUSTER" or (
        change.command == "REFRESH MATERIALIZED VIEW" and not change.concurrently
    )


def _remedy(change: Maintain | AlterTable) -> str:
    if change.command != "REFRESH MATERIALIZED VIEW":
        return RULE.remedy
    return f"REFRESH MATERIALIZED VIEW CONCURRENTLY {change.table}, which needs a unique index on it"


def _of_lock(moment: Moment[Any], lock: Maintain) -> Iterator[Finding]:
    """Report LOCK TABLE as a note: it is there because somebody thought about it."""
    if lock.mode != "ACCESS EXCLUSIVE" and lock.mode not in _AGAINST_WRITES:
        return
    blocks = Blocks.WRITES if lock.mode in _AGAINST_WRITES else Blocks.EVERYTHING
    yield RULE.finding(
        f"LOCK TABLE keeps {moment.seen.table} locked against {blocks} until the migration ends",
        file=moment.path,
        at=moment.place(),
        about=moment.seen.table,
        severity=Severity.NOTE,
        effect=f"{blocks.capitalize()} wait for all that follows in this file",
        remedy="Lock as late as possible, and in the weakest mode that does",
    )


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="CLUSTER, REFRESH MATERIALIZED VIEW, LOCK TABLE, SET TABLESPACE, LOGGED or UNLOGGED on a table",
    effect="Reads and writes wait until the table is written anew",
    remedy="Run it by hand in a quiet hour: it is not part of the schema",
    check=check,
    looks_at=(Maintain, AlterTable),
    hazard=_REWRITE,
)
