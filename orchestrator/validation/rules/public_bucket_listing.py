"""A policy that lets everybody list a public bucket's files."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.buckets import OBJECTS, public_buckets, whole_bucket
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.rule import Rule
from orchestrator.validation.standing import standing_policies


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each policy that asks for a public bucket and for nothing else.

    Where the bucket is not public, or nobody knows, the files themselves are open: policy-always-true.
    """
    if not aftermath.terms.has_api:
        return
    for policy in standing_policies(aftermath).values():
        bucket = whole_bucket(policy)
        if bucket is None or policy.seen.change.guarded or not public_buckets(aftermath).get(bucket):
            continue
        yield aftermath.finding(
            RULE,
            f"{policy} lets everybody list the files of the bucket {bucket}",
            policy.seen,
            about=OBJECTS,
        )


RULE = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="A policy on storage.objects opens a whole public bucket for reading to everybody",
    effect="Whoever has the public API key lists all its files, the ones with unguessable names too",
    remedy="Leave it out: a public bucket serves files by their address without any policy",
    check=check,
)
