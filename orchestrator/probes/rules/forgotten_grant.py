"""A policy names a role that lacks the privilege: the policy never comes to bear."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.matrix import Basis
from orchestrator.probes.rules import no_grant
from orchestrator.probes.seen import Seen, allowed
from orchestrator.probes.words import grant, spelled

RULE = "forgotten-grant"


def check(seen: Seen) -> Iterator[Finding]:
    """Yield a warning where it is new, a note where it was so before.

    A privilege that was lost is for access-narrowed to tell.
    """
    pairs = [
        (then, now)
        for then, now in seen.then_and_now()
        if now.basis is Basis.FORGOTTEN_GRANT and not allowed(then)
    ]
    if not pairs or any(no_grant.check(seen)):
        return
    fresh = [now for then, now in pairs if then is None or then.basis is not Basis.FORGOTTEN_GRANT]
    cells = fresh or [now for _, now in pairs]
    yield seen.finding(
        RULE,
        Severity.WARNING if fresh else Severity.NOTE,
        f"policies on {seen.now.name} admit {spelled(cells)}, but the privilege is missing",
        effect="every such request is refused with 42501",
        remedy=grant(seen.now.name, cells),
        standing=not fresh,
    )
