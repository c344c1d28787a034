"""`bascule show`: one deployment with its stages and findings."""

from typing import TYPE_CHECKING, TypeVar

from orchestrator.cli.matrix import tell_matrix
from orchestrator.cli.options import DeploymentNumber, Json, SettingsFile, opened
from orchestrator.cli.output import Output
from orchestrator.cli.story import tell_end, tell_head, tell_run

if TYPE_CHECKING:
    from orchestrator.domain.deployment import DeploymentId, Stage
    from orchestrator.domain.matrix import Matrix
    from orchestrator.ports import Kept

T = TypeVar("T")


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
            before, after, where = matrices
            output.say("")
            if where:
                output.say(where, style="dim")
            tell_matrix(output, after, before=before)
        tell_end(output, found, house.reading)


def _matrices(deployment: "DeploymentId", kept: "Kept") -> "tuple[Matrix, Matrix, str] | None":
    """Return who could do what before and after, and where that was seen where it was not on the target.

    None when it came neither to its smoke nor to that of the rehearsal.
    """
    from orchestrator.domain.deployment import Observation, Smoke, Stage
    from orchestrator.domain.rehearsal import Rehearsal

    before = _gave(deployment, kept, Stage.OBSERVE, Observation)
    smoke = _gave(deployment, kept, Stage.SMOKE, Smoke)
    rehearsed = _gave(deployment, kept, Stage.REHEARSE, Rehearsal)
    if before is None:
        return None
    if smoke is not None:
        return before.matrix, smoke.after, ""
    if rehearsed is None or rehearsed.matrix is None:
        return None
    return before.matrix, rehearsed.matrix, "as the rehearsal showed it on the copy:"


def _gave(deployment: "DeploymentId", kept: "Kept", stage: "Stage", form: type[T]) -> T | None:
    """Return what a stage handed on; None where it did not come to that."""
    try:
        return kept.gave(deployment, stage, form)
    except KeyError:
        return None
