"""Look at the target just before anything changes.

Takes          a READ ONLY transaction on the target, its policy, and the facts that are on record for it
Gives          Observation: the facts, kept in the ledger, their fingerprint, and the matrix; refused when
               somebody else changed the target and its policy does not stand for that
Fails with     TargetError when the catalog cannot be read; Unavailable when the target or the ledger is away
Leaves behind  the facts in the ledger; nothing on the target

A question of the matrix that the server does not answer in time fails nothing: its cell is unknown.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
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
from orchestrator.probes.seeding.seeded import LIVE, with_made_up_rows

#: changes that a finding names; the rest is counted
_NAMED: Final = 5

_DRIFTED: Final = "target-drifted"
#: where the target's rules say nothing else
_BY_ITSELF: Final = {WhenDrifted.WARN: Severity.WARNING, WhenDrifted.REFUSE: Severity.ERROR}


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
    asked = matrix.ask(database, policy.exposed_schemas, identities=policy.identities)
    findings = tuple(_drifted(recorded, found, policy))
    return Done(
        outcome=Outcome.REFUSED if verdict_of(findings) is Verdict.REFUSE else Outcome.PASSED,
        findings=findings,
        gave=Observation(
            facts=facts.keep(found, kept), fingerprint=found.fingerprint, matrix=asked, times=times
        ),
    )


def with_rows(
    opening: Callable[[], AbstractContextManager[Database]], seen: Observation, policy: TargetPolicy
) -> Observation:
    """Add what made-up rows show, where no rehearsal will: what the smoke shows is held against that.

    Nobody knows yet what will change, so rows are made up for all tables that are open to somebody.
    """
    return replace(
        seen, rows=with_made_up_rows(opening, seen.matrix, limits=LIVE, identities=policy.identities)
    )


def _drifted(recorded: bytes | None, found: Facts, policy: TargetPolicy) -> Iterator[Finding]:
    """Tell what somebody else changed; what cannot be compared is recorded anew by this deployment."""
    if policy.when_drifted is WhenDrifted.IGNORE:
        return
    severity = policy.severities.get(_DRIFTED, _BY_ITSELF[policy.when_drifted])
    changes = drift_of(recorded, found).changes
    if changes and severity is not None:
        count = len(outermost(changes))
        things = "1 thing" if count == 1 else f"{count} things"
        told = "; ".join(headlines(changes, _NAMED))
        yield Finding(
            rule=_DRIFTED,
            severity=severity,
            source=Source.PREFLIGHT,
            message=f"{policy.name} is not as Bascule left it, {things} changed: {told}",
            effect="What was written for the schema in git may fail here, or undo what is meant to stay",
            remedy=drift_remedy(policy.name),
        )
