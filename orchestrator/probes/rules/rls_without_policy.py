"""Row security is on and there is no policy: clients get nothing."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.matrix import Basis
from orchestrator.probes.seen import Seen, is_client
from orchestrator.probes.words import own_rows

RULE = "rls-without-policy"


def check(seen: Seen) -> Iterator[Finding]:
    """Yield a note, and only where it is new: for a table of the service's own it is right.

    A warning where nobody asks what changed: there is one moment to tell it.
    """
    now = seen.now
    bare = seen.is_table and now.row_security and not now.policies and not now.partition_of
    if not (bare and seen.is_new and any(is_client(c) and c.basis is Basis.NO_POLICY for c in now.cells)):
        return
    yield seen.finding(
        RULE,
        Severity.WARNING if seen.alone else Severity.NOTE,
        f"row security is on for {now.name} and no policy exists",
        effect="anon and authenticated are granted the table and find no row in it",
        remedy=f"{own_rows(now.name)} "
        f"or, if only the service uses it: revoke all on {now.name} from anon, authenticated;",
    )
