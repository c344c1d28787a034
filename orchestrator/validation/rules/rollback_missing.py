"""A pending migration without a rollback."""

from collections.abc import Iterator
from dataclasses import replace

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.rehearsal import RollbackVerdict
from orchestrator.validation.comparison import Comparison
from orchestrator.validation.rehearsal.evidence import Evidence
from orchestrator.validation.rename import rollback_path
from orchestrator.validation.rule import Rule


def check(comparison: Comparison) -> Iterator[Finding]:
    """Report each; where files compete for a migration, rollback-ambiguous says so instead."""
    contested = {
        migration.file.path for conflict in comparison.pairing.conflicts for migration in conflict.migrations
    }
    for migration in comparison.pending:
        if migration.rollback is None and migration.file.path not in contested:
            yield RULE.finding(
                f"{migration.file.name} has no rollback",
                file=migration.file.path,
                remedy=f"Write {rollback_path(migration.file)}",
            )


def not_drafted(evidence: Evidence) -> Iterator[Finding]:
    """Report as an error what a rehearsal could not draft a rollback for, with what stood in its way."""
    for way in evidence.ways_back(RollbackVerdict.MISSING):
        why = f": {way.obstacles}" if way.obstacles else ""
        finding = way.finding(
            RULE,
            f"{way.name} has no rollback, and none could be drafted and proven{why}",
            severity=Severity.ERROR,
            effect=_PERSON_NEEDED,
            remedy=f"Write {way.rollback}",
        )
        yield replace(finding, source=Source.REHEARSAL)


_PERSON_NEEDED = "If a later stage fails, the database cannot be put back by itself and a person is needed"

RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A pending migration has no rollback file",
    effect="The rehearsal tries to draft one; without any, only a person can put the database back",
    remedy="Write a file of the same name into the folder rollbacks, beside the migrations folder",
    check=check,
)
