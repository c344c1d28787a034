"""Test what row level security does now, and hold it against what it did before.

Takes          the matrix from before, a reader of the target, and the schemas that the API exposes
Gives          Smoke: matrix and facts afterwards; refused when something got worse, with the findings
Fails with     TargetError when the catalog cannot be read; Unavailable when the target is away
Leaves behind  the facts in the ledger; nothing on the target

A server that answers some questions too late, or not at all, refuses nothing: those cells are unknown, and
a warning names them. What was bad before is told again as a warning or a note.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from orchestrator.catalog import facts
from orchestrator.domain.blame import keys_of
from orchestrator.domain.deployment import Done, Outcome, Smoke
from orchestrator.domain.facts import Facts, difference
from orchestrator.domain.finding import Verdict, verdict_of
from orchestrator.domain.matrix import Matrix
from orchestrator.ports import ContentStore, TargetReader
from orchestrator.probes.borrowed import borrowed
from orchestrator.probes.judge import judge
from orchestrator.probes.matrix import ask
from orchestrator.probes.seeding.seeded import Limits, with_made_up_rows

#: others are at work there: whoever would wait for us does not wait long
_LIVE: Final = Limits(call_seconds=5, lock_seconds=0.2, total_seconds=30)


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What rows that are made up on the target are held against."""

    #: the target's facts before the deployment
    observed: Facts
    #: what made-up rows showed before, on a copy; None: nobody looked
    before: Matrix | None


def run(
    before: Matrix,
    *,
    reader: TargetReader,
    kept: ContentStore,
    exposed_schemas: Sequence[str],
    rows: Rows | None = None,
) -> Done[Smoke]:
    """Ask everything again and judge the difference; keep the facts, for a rollback that comes later.

    `rows`: make rows up, too, for the tables that the deployment may have opened or closed.
    """
    with reader.asking() as database:
        found = facts.read(database)
        after = ask(database, exposed_schemas)
    if rows is not None:
        changed = keys_of(difference(rows.observed.all, found.all))
        after = with_made_up_rows(reader.probing, after, changed=changed, limits=_LIVE)
        before = borrowed(before, rows.before) if rows.before else before
    findings = judge(before, after)
    refused = verdict_of(findings) is Verdict.REFUSE
    return Done(
        outcome=Outcome.REFUSED if refused else Outcome.PASSED,
        gave=Smoke(after=after, facts=facts.keep(found, kept), fingerprint=found.fingerprint),
        findings=findings,
    )
