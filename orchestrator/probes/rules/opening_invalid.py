"""A comment on a policy begins like a declaration and is none."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.probes.openings import misread
from orchestrator.probes.seeding.quoting import identifier
from orchestrator.probes.seen import Seen

RULE = "opening-invalid"


def check(seen: Seen) -> Iterator[Finding]:
    """Yield a warning where it is new, a note where it was so before."""
    known = {(policy.name, line) for policy, line in misread(seen.before)} if seen.before else set()
    for policy, line in misread(seen.now):
        was_so = (policy.name, line) in known
        name = f"{identifier(policy.name)} on {seen.now.name}"
        yield seen.finding(
            RULE,
            Severity.NOTE if was_so else Severity.WARNING,
            f"the comment of policy {name} declares nothing: {line or 'after bascule: stands nothing'}",
            effect="what the policy opens is reported as if there were no comment",
            remedy=f"comment on policy {name} is 'bascule: intended because <reason>';",
            standing=was_so,
        )
