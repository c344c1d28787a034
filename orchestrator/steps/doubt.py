"""What a stage needs was away; before the stage goes on, one look shows whether it still is."""

from orchestrator.domain.deployment import Stage
from orchestrator.ports import Claim
from orchestrator.steps.tools import Tools


def look_again(claim: Claim, tools: Tools) -> None:
    """See that what was away answers again, and let the next one in doubt look.

    Of all in doubt one at a time looks: silence may take as long as the longest time limit, and would
    otherwise take every worker's slot. Raises Unavailable where it is away still.
    """
    wanted = claim.deployment
    if wanted.stage is Stage.CHECKOUT:
        tools.git.head(wanted.repository, wanted.branch)
    else:
        with tools.targets.reading(wanted.target):
            pass
    tools.claims.trust(claim)
