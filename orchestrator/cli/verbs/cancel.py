"""`bascule cancel`: call a deployment off that has not come to its target yet."""

from orchestrator.cli.options import DeploymentNumber, Json, SettingsFile, actor, opened
from orchestrator.cli.output import Output


def command(deployment: DeploymentNumber, *, settings: SettingsFile = None, json: Json = False) -> None:
    """Call a deployment off that waits, or that runs and has not begun to change its target."""
    from orchestrator.actions import asking
    from orchestrator.domain.deployment import DeploymentId

    output = Output(as_json=json)
    with opened(settings, embedded=True) as house:
        house.care.cancel(DeploymentId(deployment), actor=actor())
        ended = asking.known(DeploymentId(deployment), house.reading)
    if json:
        output.result({"deployment": ended})
        return
    output.say(f"deployment {deployment} of {ended.target} is cancelled; {ended.target} was not touched")
    output.say(f"  to deploy after all: bascule retry {deployment}", style="dim")
