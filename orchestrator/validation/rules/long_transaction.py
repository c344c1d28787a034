"""Somebody's long transaction on a table that is about to be changed."""

from collections.abc import Iterator, Mapping

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.shape import Name
from orchestrator.domain.survey import LongTransaction
from orchestrator.validation.changes import (
    AddConstraint,
    AlterTable,
    Change,
    ChangeRows,
    ConstraintKind,
    CreateIndex,
    CreateTable,
    CreateTrigger,
    Maintain,
    SetOptions,
    ValidateConstraint,
    Verb,
)
from orchestrator.validation.hazard import holding
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.rule import Rule

#: these wait for transactions that have written there, not for those that only read
_AGAINST_WRITES = (CreateIndex, CreateTrigger)
#: these wait for no ordinary transaction
_AGAINST_NOBODY = (CreateTable, ValidateConstraint, SetOptions)
_LOCKS_LITTLE = ("ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE")


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each transaction and table once, at the change that waits for it first."""
    transactions = aftermath.terms.survey.long_transactions if aftermath.terms.survey else ()
    first = _first_locks(aftermath) if any(each.tables for each in transactions) else {}
    for transaction in transactions:
        for table in transaction.tables:
            if table in first:
                yield _finding(transaction, first[table], aftermath)


def _first_locks(aftermath: Aftermath) -> Mapping[Name, Seen[Change]]:
    """Return the first change of each table that has to wait for others, the stronger locks before."""
    strong: dict[Name, Seen[Change]] = {}
    weak: dict[Name, Seen[Change]] = {}
    for seen in aftermath.seen:
        if seen.table is not None and not (seen.on_new_table or seen.is_applied or seen.change.guarded):
            if _locks_everybody_out(seen.change):
                strong.setdefault(seen.table, seen)
            elif _locks_writers_out(seen.change):
                weak.setdefault(seen.table, seen)
    return {**weak, **strong}


def _locks_everybody_out(change: Change) -> bool:
    match change:
        case ChangeRows():
            return change.verb is Verb.TRUNCATE
        case Maintain(command="LOCK TABLE"):
            return change.mode == "ACCESS EXCLUSIVE"
        case Maintain(command="REFRESH MATERIALIZED VIEW"):
            return not change.concurrently
        case _:
            return not isinstance(change, _AGAINST_NOBODY) and not _locks_writers_out(change)


def _locks_writers_out(change: Change) -> bool:
    match change:
        case AddConstraint():
            return change.constraint.kind is ConstraintKind.FOREIGN_KEY
        case AlterTable():
            return "TRIGGER" in change.command
        case Maintain(command="LOCK TABLE"):
            return change.mode not in {"ACCESS EXCLUSIVE", *_LOCKS_LITTLE}
        case Maintain(command="REINDEX"):
            return True
        case _:
            return isinstance(change, _AGAINST_WRITES)


def _finding(transaction: LongTransaction, seen: Seen[Change], aftermath: Aftermath) -> Finding:
    waits = (
        "waits for that" if _locks_everybody_out(seen.change) else "waits for that if it has written there"
    )
    return aftermath.finding(
        RULE,
        f"{seen.table} is about to be locked, and {holding(transaction)}",
        seen,
        severity=Severity.WARNING if transaction.seconds else Severity.NOTE,
        effect=f"The migration {waits}, and who comes after it waits behind it; {_AND_THEN}",
        remedy=f"Let it end, or end it: select pg_terminate_backend({transaction.pid})",
        about=seen.table,
    )


_AND_THEN = "after lock_timeout it gives up, and is tried again"

RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A table is about to be locked while somebody's long transaction holds it",
    effect=f"The migration waits for that transaction, and everybody else behind it; {_AND_THEN}",
    remedy="Let that transaction end, or end it with pg_terminate_backend",
    check=check,
    source=Source.STATISTICS,
)
