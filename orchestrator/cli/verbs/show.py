"""`bascule show`: one deployment with its stages and findings."""

from typing import TYPE_CHECKING

from orchestrator.cli.matrix import tell_matrix
from orchestrator.cli.options import DeploymentNumber, Json, SettingsFile, opened
from orchestrator.cli.output import Output
from orchestrator.cli.story import tell_end, tell_head, tell_run

if TYPE_CHECKING:
    from orchestrator.domain.deployment import DeploymentId
    from orchestrator.domain.matrix import Matrix
    from orchestrator.ports import Kept


def command(deployment: DeploymentNumber, *, settings: SettingsFile = None, json: Json = False) -> None:
    """Show one deployment: its stages, findings, matrix and outcome."""
    from orchestrator.actions.asking import known
    from orchestrator.domain.deployment import DeploymentId

    output = Output(as_json=json)
    with opened(settings, embedded=True) as house:
        found = known(DeploymentId(deployment), house.reading)
        runs = house.reading.runs(found.id)
        matrices = _matrices(found.id, house.kept)
        if json:
            output.result({"deployment": found, "runs": runs})
            return
        tell_head(output, found, runs)
        for run in runs:
            tell_run(output, run, rest_at=None)
        if matrices is not None:
            output.say("")
            tell_matrix(output, matrices[1], before=matrices[0])
        tell_end(output, found, house.reading)


def _matrices(deployment: "DeploymentId", kept: "Kept") -> "tuple[Matrix, Matrix] | None":
    """Return who could do what before and after; None when it never came to its smoke."""
    from orchestrator.domain.deployment import Observation, Smoke, Stage

    try:
        before = kept.gave(deployment, Stage.OBSERVE, Observation).matrix
        return before, kept.gave(deployment, Stage.SMOKE, Smoke).after
    except KeyError:
        return None
