"""Whether a commit is still wanted when its deployment comes to change the target."""

from orchestrator.domain.plan import Plan
from orchestrator.ports import Claim, TargetReader
from orchestrator.stages import departure
from orchestrator.stages.checkout import HeadMoved
from orchestrator.steps.tools import Tools


def forced_away(planned: Plan, claim: Claim, tools: Tools) -> HeadMoved | None:
    """Find whether the branch was forced away from this commit since its checkout.

    Git is asked only where the ledger knows of a later push, and only as long as nothing was begun. A branch
    that merely went on still wants this commit first. Raises Unavailable: while nobody can tell, nothing is
    changed.
    """
    wanted = claim.deployment
    if not wanted.confirm_head or not tools.claims.newer_waits(claim):
        return None
    with tools.targets.reading(wanted.target) as reader:
        if is_begun(planned, reader):
            return None
    head = tools.git.fetch(wanted.repository, wanted.branch)
    if head is None or tools.git.comes_before(wanted.repository, wanted.commit, head):
        return None
    return HeadMoved(head=head)


def is_begun(planned: Plan, reader: TargetReader) -> bool:
    """Tell whether an earlier attempt left anything of this plan on the target."""
    own = reader.ours() | reader.begun()
    return any(each.version in own for each in planned.pending) or departure.is_begun(planned, reader)
