"""Look at the target just before anything changes.

Takes          a READ ONLY transaction on the target, its policy, and the facts that are on record for it
Gives          Observation: the facts, kept in the ledger, their fingerprint, and the matrix; refused when
               somebody else changed the target and its policy does not stand for that
Fails with     TargetError when the catalog cannot be read; Unavailable when the target or the ledger is away
Leaves behind  the facts in the ledger; nothing on the target

A question of the matrix that the server does not answer in time fails nothing: its cell is unknown.
"""

from collections.abc import Iterator
from typing import Final

from orchestrator.catalog import facts
from orchestrator.catalog.drift import drift_of
from orchestrator.domain.deployment import Done, Observation, Outcome
from orchestrator.domain.difference import headlines, outermost
from orchestrator.domain.drift import WhenDrifted
from orchestrator.domain.facts import Facts
from orchestrator.domain.finding import Finding, Severity, Source, Verdict, verdict_of
from orchestrator.domain.target import TargetPolicy
from orchestrator.domain.telling import drift_remedy
from orchestrator.ports import ContentStore, Database
from orchestrator.probes import matrix

#: changes that a finding names; the rest is counted
_NAMED: Final = 5


def run(
    database: Database,
    *,
    policy: TargetPolicy,
    kept: ContentStore,
    recorded: bytes | None = None,
    times: int = 1,
) -> Done[Observation]:
    """Read facts and matrix in one transaction, and keep the facts; `times`: the how manieth look this is."""
    found = facts.read(database)
    asked = matrix.ask(database, policy.exposed_schemas)
    findings = tuple(_drifted(recorded, found, policy))
    return Done(
        outcome=Outcome.REFUSED if verdict_of(findings) is Verdict.REFUSE else Outcome.PASSED,
        findings=findings,
        gave=Observation(
            facts=facts.keep(found, kept), fingerprint=found.fingerprint, matrix=asked, times=times
        ),
    )


def _drifted(recorded: bytes | None, found: Facts, policy: TargetPolicy) -> Iterator[Finding]:
    """Tell what somebody else changed; what cannot be compared is recorded anew by this deployment."""
    if policy.when_drifted is WhenDrifted.IGNORE:
        return
    changes = drift_of(recorded, found).changes
    if changes:
        count = len(outermost(changes))
        things = "1 thing" if count == 1 else f"{count} things"
        told = "; ".join(headlines(changes, _NAMED))
        yield Finding(
            rule="target-drifted",
            severity=Severity.ERROR if policy.when_drifted is WhenDrifted.REFUSE else Severity.WARNING,
            source=Source.PREFLIGHT,
            message=f"{policy.name} is not as Bascule left it, {things} changed: {told}",
            effect="What was written for the schema in git may fail here, or undo what is meant to stay",
            remedy=drift_remedy(policy.name),
        )
