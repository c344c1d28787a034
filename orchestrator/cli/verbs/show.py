"""`bascule show`: one deployment with its stages and findings."""

from orchestrator.cli.options import DeploymentNumber, Json, SettingsFile, opened
from orchestrator.cli.output import Output
from orchestrator.cli.story import tell_end, tell_head, tell_run


def command(deployment: DeploymentNumber, *, settings: SettingsFile = None, json: Json = False) -> None:
    """Show one deployment: its stages, findings, matrix and outcome."""
    from orchestrator.actions.asking import known
    from orchestrator.domain.deployment import DeploymentId

    output = Output(as_json=json)
    with opened(settings, embedded=True) as house:
        found = known(DeploymentId(deployment), house.reading)
        runs = house.reading.runs(found.id)
    if json:
        output.result({"deployment": found, "runs": runs})
        return
    tell_head(output, found, runs)
    for run in runs:
        tell_run(output, run, in_full=True)
    tell_end(output, found)
