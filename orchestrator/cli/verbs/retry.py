"""`bascule retry`: lift what a deployment holds, reopen its target, deploy again."""

from typing import Annotated

import typer

from orchestrator.cli.options import DeploymentNumber, Json, SettingsFile, Timeout, actor, opened
from orchestrator.cli.output import Output
from orchestrator.cli.story import follow_to_the_end


def command(
    deployment: DeploymentNumber,
    *,
    wait: Annotated[bool, typer.Option(help="Follow it to its end.")] = True,
    timeout: Timeout = 600,
    settings: SettingsFile = None,
    json: Json = False,
) -> int:
    """Lift what a deployment holds, reopen its target if it closed it, and deploy the branch's head again."""
    from orchestrator.actions import asking
    from orchestrator.domain.deployment import DeploymentId

    output = Output(as_json=json)
    with opened(settings) as house:
        found = asking.known(DeploymentId(deployment), house.reading)
        made = asking.retry(found, house.policies, git=house.git, care=house.care, actor=actor())
        output.say(
            f"deployment {made} is asked for in place of {deployment}; what that one held is free again"
        )
        return follow_to_the_end(output, made, house.reading, wait=wait, timeout_seconds=timeout)
