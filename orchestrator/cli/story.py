"""A deployment told stage by stage, as it happens or afterwards."""

from collections.abc import Callable, Sequence
from typing import Any

from rich.text import Text

from orchestrator.actions.following import follow
from orchestrator.cli.output import EXIT, OUTCOME, Output, status_text
from orchestrator.cli.words import count, span
from orchestrator.domain.deployment import Deployment, DeploymentId, Stage, StageRun, Status
from orchestrator.domain.finding import Severity
from orchestrator.ports import Reading


def follow_to_the_end(
    output: Output, made: DeploymentId, reading: Reading, *, wait: bool, timeout_seconds: float
) -> int:
    """Tell each stage as it ends; returns the exit code."""
    if not wait:
        asked = _known(made, reading)
        if not output.as_json:
            tell_head(output, asked, ())
        return _end(output, asked, ())
    runs: list[StageRun] = []
    last = _known(made, reading)
    if not output.as_json:
        tell_head(output, last, ())
    for step in follow(made, reading, timeout_seconds=timeout_seconds):
        if isinstance(step, Deployment):
            last = step
        else:
            runs.append(step)
            if not output.as_json:
                tell_run(output, step, in_full=False)
    return _end(output, last, runs)


def tell_deployment(output: Output, ended: Deployment, reading: Reading) -> int:
    """Tell a deployment that was carried out in this process; returns the exit code."""
    runs = reading.runs(ended.id)
    if not output.as_json:
        tell_head(output, ended, runs)
        for run in runs:
            tell_run(output, run, in_full=False)
    return _end(output, ended, runs)


def tell_head(output: Output, deployment: Deployment, runs: Sequence[StageRun]) -> None:
    """Tell which deployment this is."""
    tree: Any = next((run.gave for run in runs if run.stage is Stage.CHECKOUT and run.gave), {})
    about = (
        f"deployment {deployment.id}: {deployment.target} to {deployment.commit[:10]} of {deployment.branch}"
    )
    output.say(Text(about, style="bold"))
    if tree.get("subject"):
        output.say(Text(f"  {tree['subject']} — {tree['author']}", style="dim"))
    if deployment.undoes:
        output.say(Text(f"  undoes deployment {deployment.undoes}", style="dim"))


def tell_run(output: Output, run: StageRun, *, in_full: bool) -> None:
    """Tell how a stage ended: one line, what it saw, and why it failed."""
    mark, style = OUTCOME[run.outcome]
    took = span((run.finished - run.started).total_seconds())
    output.say(
        Text.assemble((f"  {mark} ", style), f"{run.stage.value:<9}", (f" {took:>7}  ", "dim"), _gist(run))
    )
    shown = run.findings if in_full else [one for one in run.findings if one.severity is not Severity.NOTE]
    output.findings(shown)
    if run.failure:
        output.failure(run.failure)


def tell_end(output: Output, deployment: Deployment) -> None:
    """Tell where it stands."""
    line = Text.assemble("  ", status_text(deployment))
    if deployment.started and deployment.finished:
        line.append(f" in {span((deployment.finished - deployment.started).total_seconds())}", style="dim")
    output.say(line)
    if deployment.status is Status.STUCK:
        output.say(f"  the target is closed until a person acts: bascule retry {deployment.id}")


def _gist(run: StageRun) -> str:
    """Say in a few words what a stage gave."""
    gave: Any = run.gave or {}
    gist: dict[Stage, Callable[[], str]] = {
        Stage.CHECKOUT: lambda: f"{count(gave['migrations'], 'migration')} in the commit",
        Stage.PLAN: lambda: f"{len(gave['pending'])} pending, {gave['applied']} applied",
        Stage.OBSERVE: lambda: count(gave["matrix"]["relations"], "exposed relation"),
        Stage.APPLY: lambda: f"{len(gave['migrations'])} applied",
        Stage.SMOKE: lambda: f"{count(gave['after']['relations'], 'exposed relation')} asked again",
        Stage.ROLLBACK: lambda: (
            f"{len(gave['reverted'])} undone" if gave["reverted"] else str(gave["method"])
        ),
    }
    return gist[run.stage]() if gave and run.stage in gist else ""


def _known(made: DeploymentId, reading: Reading) -> Deployment:
    found = reading.deployment(made)
    assert found is not None
    return found


def _end(output: Output, deployment: Deployment, runs: Sequence[StageRun]) -> int:
    if output.as_json:
        output.result({"deployment": deployment, "runs": runs})
    else:
        tell_end(output, deployment)
    return exit_code(deployment)


def exit_code(deployment: Deployment) -> int:
    """Return what a command exits with; a rollback that a person asked for is done when it is rolled back."""
    undone = deployment.undoes is not None and deployment.status is Status.ROLLED_BACK
    return 0 if undone else EXIT[deployment.status]
