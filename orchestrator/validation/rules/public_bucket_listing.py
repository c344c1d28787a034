"""A policy that lets everybody list a bucket's files."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.rule import Rule
from orchestrator.validation.standing import StandingPolicy, standing_policies

_OBJECTS = Name("storage", "objects")
_ANYBODY = frozenset({"anon", "public"})


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each policy that asks for the bucket and for nothing else."""
    if not aftermath.terms.has_api:
        return
    for policy in standing_policies(aftermath).values():
        bucket = _bucket(policy)
        if bucket is not None and not policy.seen.change.guarded:
            yield aftermath.finding(
                RULE,
                f"{policy} lets everybody list the files of the bucket {bucket}",
                policy.seen,
                about=_OBJECTS,
            )


def _bucket(policy: StandingPolicy) -> str | None:
    """Return the bucket that it opens whole; None where it asks for more, or is for others."""
    if (
        policy.table != _OBJECTS
        or not policy.covers("SELECT")
        or not policy.permissive
        or policy.using is None
    ):
        return None
    asked = policy.using.expression
    more = asked.calls or asked.reads or {column.name for column in asked.columns} != {"bucket_id"}
    if more or len(asked.literals) != 1 or _ANYBODY.isdisjoint(policy.roles):
        return None
    return asked.literals[0].text


RULE = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="A policy on storage.objects opens a whole bucket for reading to everybody",
    effect="Whoever has the public API key lists all its files, the ones with unguessable names too",
    remedy="A public bucket serves files by their address without any policy: leave it out; of any other"
    " bucket, compare owner_id or the folder with (select auth.uid())",
    check=check,
)
