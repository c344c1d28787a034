"""Test what row level security does now, and hold it against what it did before.

Takes          the matrix from before, a READ ONLY transaction, and the schemas that the API exposes
Gives          Smoke: matrix and facts afterwards; refused when something got worse, with the findings
Fails with     TargetError when the catalog cannot be read; Unavailable when the target is away
Leaves behind  the facts in the ledger; nothing on the target

A server that answers some questions too late, or not at all, refuses nothing: those cells are unknown, and
a warning names them. What was bad before is told again as a warning or a note.
"""

from collections.abc import Sequence

from orchestrator.catalog import facts
from orchestrator.domain.deployment import Done, Outcome, Smoke
from orchestrator.domain.finding import Verdict, verdict_of
from orchestrator.domain.matrix import Matrix
from orchestrator.ports import ContentStore, Database
from orchestrator.probes.judge import judge
from orchestrator.probes.matrix import ask


def run(
    before: Matrix, *, database: Database, kept: ContentStore, exposed_schemas: Sequence[str]
) -> Done[Smoke]:
    """Ask everything again and judge the difference; keep the facts, for a rollback that comes later."""
    found = facts.read(database)
    after = ask(database, exposed_schemas)
    findings = judge(before, after)
    refused = verdict_of(findings) is Verdict.REFUSE
    return Done(
        outcome=Outcome.REFUSED if refused else Outcome.PASSED,
        gave=Smoke(after=after, facts=facts.keep(found, kept), fingerprint=found.fingerprint),
        findings=findings,
    )
