"""A lock on a table that somebody else has been holding for long."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.shape import Name
from orchestrator.domain.survey import LongTransaction
from orchestrator.validation.hazard import holding
from orchestrator.validation.rehearsal.deed import Deed
from orchestrator.validation.rehearsal.evidence import Evidence
from orchestrator.validation.rule import Rule

#: what the review says of the locks that can be read in the SQL
_TOLD_BY = "long-transaction"


def check(evidence: Evidence) -> Iterator[Finding]:
    """Report each such table once, where it is locked first, unless the review has told."""
    survey = evidence.terms.survey
    busy = {table: each for each in survey.long_transactions for table in each.tables} if survey else {}
    told = {finding.object for finding in evidence.said if finding.rule == _TOLD_BY}
    for deed in evidence.deeds:
        for table in deed.locked:
            transaction = busy.pop(table, None)
            if transaction is not None and str(table) not in told:
                yield _finding(deed, table, transaction)


def _finding(deed: Deed, table: Name, transaction: LongTransaction) -> Finding:
    return RULE.finding(
        f"{table} is locked in {deed.held[table].words} mode, and {holding(transaction)}",
        file=deed.file,
        at=deed.place,
        about=table,
        severity=Severity.WARNING if transaction.seconds else Severity.NOTE,
        remedy=f"Let it end, or end it: select pg_terminate_backend({transaction.pid})",
    )


RULE: Rule[Evidence] = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A statement locked a table in the rehearsal that somebody on the target has held for long",
    effect="The migration may wait for that transaction, and everybody else behind it",
    remedy="Let that transaction end, or end it with pg_terminate_backend",
    check=check,
    source=Source.REHEARSAL,
    needs_target=True,
)
