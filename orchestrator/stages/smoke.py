"""Test what row level security does now, and hold it against what it did before.

Takes          the matrix from before, a reader of the target, and the schemas that the API exposes
Gives          Smoke: matrix and facts afterwards; refused when something got worse, with the findings
Fails with     TargetError when the catalog cannot be read; Unavailable when the target is away
Leaves behind  the facts in the ledger; nothing on the target

A server that answers some questions too late, or not at all, refuses nothing: those cells are unknown, and
a warning names them. What was bad before is told again as a warning or a note.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from orchestrator.catalog import facts
from orchestrator.domain.added_identity import AddedIdentity
from orchestrator.domain.blame import keys_of
from orchestrator.domain.deployment import Done, Outcome, Smoke
from orchestrator.domain.facts import Facts, difference
from orchestrator.domain.finding import Finding, Severity, Verdict, as_set, verdict_of, worst_first
from orchestrator.domain.matrix import Matrix
from orchestrator.domain.opening import Opening
from orchestrator.ports import ContentStore, TargetReader
from orchestrator.probes.borrowed import borrowed
from orchestrator.probes.judge import judge
from orchestrator.probes.matrix import ask
from orchestrator.probes.seeding.seeded import LIVE, with_made_up_rows

#: said of what the target shows now, where only its copy was tried before
_OF_A_COPY: Final = (
    "before the deployment this was tried on the copy, which has no rows of the target's: those rows may have"
    " opened it all along"
)


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What rows that are made up on the target are held against."""

    #: the target's facts before the deployment
    observed: Facts
    #: what made-up rows showed before; None: nobody looked
    before: Matrix | None
    #: that was on the target itself; False: on a copy, which has none of the target's rows
    is_live: bool = False


def run(
    before: Matrix,
    *,
    reader: TargetReader,
    kept: ContentStore,
    exposed_schemas: Sequence[str],
    rows: Rows | None = None,
    severities: Mapping[str, Severity | None] = MappingProxyType({}),
    openings: Sequence[Opening] = (),
    identities: Sequence[AddedIdentity] = (),
) -> Done[Smoke]:
    """Ask everything again and judge the difference; keep the facts, for a rollback that comes later.

    `rows`: make rows up, too, for the tables that the deployment may have opened or closed. `severities` are
    what the operator made of rules, by id; None switches a rule off. `openings` are declared as meant,
    `identities` are asked as besides.
    """
    with reader.asking() as database:
        found = facts.read(database)
        after = ask(database, exposed_schemas, identities=identities)
    if rows is not None:
        changed = keys_of(difference(rows.observed.all, found.all))
        after = with_made_up_rows(reader.probing, after, changed=changed, limits=LIVE, identities=identities)
    findings = worst_first(as_set(_judged(before, after, rows, openings), severities))
    refused = verdict_of(findings) is Verdict.REFUSE
    return Done(
        outcome=Outcome.REFUSED if refused else Outcome.PASSED,
        gave=Smoke(after=after, facts=facts.keep(found, kept), fingerprint=found.fingerprint),
        findings=findings,
    )


def _judged(
    before: Matrix, after: Matrix, rows: Rows | None, openings: Sequence[Opening]
) -> Iterator[Finding]:
    """Hold the two moments against each other.

    What a copy showed before is no measure for the target: its policies may look into rows that only the
    target has. So an error that rests on it alone becomes a warning.
    """
    shown = rows.before if rows else None
    if rows is None or shown is None:
        yield from judge(before, after, openings=openings)
        return
    found = judge(borrowed(before, shown), after, openings=openings)
    if rows.is_live:
        yield from found
        return
    without = judge(before, after, openings=openings)
    certain = {_about(each) for each in without if each.severity is Severity.ERROR}
    for each in found:
        if each.severity is Severity.ERROR and _about(each) not in certain:
            effect = "; ".join(filter(None, (each.effect, _OF_A_COPY)))
            yield replace(each, severity=Severity.WARNING, effect=effect, standing=True)
        else:
            yield each


def _about(finding: Finding) -> tuple[str, str | None]:
    return finding.rule, finding.object
