"""A deployment told stage by stage, as it happens or afterwards."""

from collections.abc import Callable, Sequence
from typing import Any

from rich.text import Text

from orchestrator.actions.following import follow
from orchestrator.cli.output import EXIT, OUTCOME, Output, status_text
from orchestrator.cli.words import count, span
from orchestrator.domain.deployment import (
    Cause,
    Deployment,
    DeploymentId,
    Outcome,
    Stage,
    StageRun,
    Status,
    WaitingFor,
)
from orchestrator.domain.facts import Change
from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.rehearsal import CopyOrigin, RollbackSource, RollbackVerdict
from orchestrator.ports import Reading

#: as a deployment goes by; all of them stand in `bascule show`
_MOST_WARNINGS = 5
_MOST_VERDICTS = 5

#: causes that nobody brought about who could be named
_UNTOLD = {
    Cause.RECONCILIATION: "no push told of this head",
    Cause.HEAD_MOVED: "the branch was at this commit when another one was to be deployed",
}

#: whose rollback a rehearsal speaks of
_WHOSE = {
    RollbackSource.FILE: "the author's file",
    RollbackSource.DRAFT: "a draft",
    RollbackSource.NONE: "no file, and no draft holds",
}


def follow_to_the_end(
    output: Output, made: DeploymentId, reading: Reading, *, wait: bool, timeout_seconds: float
) -> int:
    """Tell each stage as it ends; returns the exit code."""
    if not wait:
        asked = _known(made, reading)
        if not output.as_json:
            tell_head(output, asked, ())
        return _end(output, asked, (), reading)
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
                tell_run(output, step, rest_at=f"bascule show {made}")
    return _end(output, last, runs, reading)


def tell_deployment(output: Output, ended: Deployment, reading: Reading) -> int:
    """Tell a deployment that was carried out in this process; returns the exit code."""
    runs = reading.runs(ended.id)
    if not output.as_json:
        tell_head(output, ended, runs)
        for run in runs:
            tell_run(output, run, rest_at=f"bascule show {ended.id}")
    return _end(output, ended, runs, reading)


def tell_head(output: Output, deployment: Deployment, runs: Sequence[StageRun]) -> None:
    """Tell which deployment this is."""
    tree: Any = next((run.gave for run in runs if run.stage is Stage.CHECKOUT and run.gave), {})
    about = (
        f"deployment {deployment.id}: {deployment.target} to {deployment.commit[:10]} of {deployment.branch}"
    )
    output.say(Text(about, style="bold"))
    if tree.get("subject"):
        output.say(Text(f"  {tree['subject']} — {tree['author']}", style="dim"))
    if deployment.cause in _UNTOLD:
        output.say(Text(f"  {deployment.cause.words}: {_UNTOLD[deployment.cause]}", style="dim"))
    if deployment.undoes:
        output.say(Text(f"  undoes deployment {deployment.undoes}", style="dim"))
    if deployment.is_blocked:
        output.say(Text(f"  in the way: {deployment.in_the_way}", style="yellow"))


def tell_run(output: Output, run: StageRun, *, rest_at: str | None) -> None:
    """Tell how a stage ended: one line, what it saw, and why it failed.

    With the command that shows the rest, only what refuses, a few warnings and how much else there is.
    """
    mark, style = OUTCOME[run.outcome]
    took = span((run.finished - run.started).total_seconds())
    output.say(
        Text.assemble((f"  {mark} ", style), f"{run.stage.value:<9}", (f" {took:>7}  ", "dim"), _gist(run))
    )
    if rest_at is None:
        lines = _migrations(run)
        _tell_some(output, lines, len(lines))
        output.findings(run.findings)
    else:
        if run.stage is Stage.REHEARSE:
            _tell_some(output, _migrations(run), _MOST_VERDICTS)
        _tell_findings(output, run.findings, rest_at)
    if run.failure:
        output.failure(run.failure)


def _tell_some(output: Output, lines: Sequence[str], most: int) -> None:
    for line in lines[:most]:
        output.say(Text(f"      {line}", style="dim"))
    if len(lines) > most:
        output.say(Text(f"      and {len(lines) - most} more", style="dim"))


def _tell_findings(output: Output, findings: Sequence[Finding], rest_at: str) -> None:
    """Tell all errors, a few warnings, no notes; and where the rest is told."""
    errors, warnings = (
        [one for one in findings if one.severity is severity]
        for severity in (Severity.ERROR, Severity.WARNING)
    )
    output.findings((*errors, *warnings[:_MOST_WARNINGS]))
    more = len(warnings) - _MOST_WARNINGS
    if more > 0:
        output.say(Text(f"      and {count(more, 'more warning')}: {rest_at}", style="dim"))


def tell_end(output: Output, deployment: Deployment, reading: Reading) -> None:
    """Tell where it stands, and what a person has to do."""
    line = Text.assemble("  ", status_text(deployment))
    if deployment.started and deployment.finished:
        line.append(f" in {span((deployment.finished - deployment.started).total_seconds())}", style="dim")
    output.say(line)
    to_do = _to_do(deployment, reading)
    if to_do:
        output.say(Text.assemble("  ", to_do))


def _to_do(deployment: Deployment, reading: Reading) -> str:
    """Say what a person has to do before anything goes on; empty when nothing."""
    target = deployment.target
    closed_by = next((state.closed_by for state in reading.targets() if state.name == target), None)
    if deployment.status is Status.STUCK and closed_by == deployment.id:
        return (
            f"{target} is closed until a person acts; when it is put right: bascule retry {closed_by}; "
            f"or only open it: bascule unlock {target} --because …"
        )
    if deployment.status is Status.STUCK:
        return f"{target} was opened again since"
    if deployment.status is Status.WAITING and closed_by is not None:
        return (
            f"{target} is closed by deployment {closed_by}: bascule show {closed_by}, put it right, then "
            f"bascule retry {closed_by}"
        )
    if deployment.waiting_for is WaitingFor.ADOPTION:
        return f"{target} is not under care yet: bascule adopt {target}"
    return ""


def _gist(run: StageRun) -> str:
    """Say in a few words what a stage gave."""
    gave: Any = run.gave or {}
    if run.stage is Stage.REHEARSE and run.outcome is Outcome.SKIPPED:
        return "left out: rehearse = false in the target's settings"
    gist: dict[Stage, Callable[[], str]] = {
        Stage.CHECKOUT: lambda: f"{count(gave['migrations'], 'migration')} in the commit",
        Stage.PLAN: lambda: _planned(gave),
        Stage.OBSERVE: lambda: count(gave["matrix"]["relations"], "exposed relation"),
        Stage.REHEARSE: lambda: _rehearsed(gave),
        Stage.APPLY: lambda: _applied(gave),
        Stage.SMOKE: lambda: f"{count(gave['after']['relations'], 'exposed relation')} asked again",
        Stage.ROLLBACK: lambda: _rolled_back(gave),
    }
    return gist[run.stage]() if gave and run.stage in gist else ""


def _planned(gave: Any) -> str:  # noqa: ANN401  # a Plan as JSON
    left = f"{len(gave['leaving'])} to undo whose files left, " if gave.get("leaving") else ""
    return f"{left}{len(gave['pending'])} pending, {gave['applied']} applied"


def _rolled_back(gave: Any) -> str:  # noqa: ANN401  # a Rollback as JSON
    undone = f"{len(gave['reverted'])} undone" if gave["reverted"] else ""
    again = f"{len(gave['restored'])} applied again" if gave.get("restored") else ""
    return ", ".join(filter(None, (undone, again))) or str(gave["method"])


def _applied(gave: Any) -> str:  # noqa: ANN401  # Applied as JSON
    """Say how much is committed, and whether that was one transaction."""
    left = f"{len(gave['reverted'])} undone whose files left, " if gave.get("reverted") else ""
    many = f"{left}{len(gave['migrations'])} applied"
    return f"{many}, all in one transaction" if gave.get("at_once") else many


def _rehearsed(gave: Any) -> str:  # noqa: ANN401  # a Rehearsal as JSON
    """Say how many ways back a rehearsal proved, and on what."""
    copy: Any = gave.get("copy", {})
    if copy.get("origin") == CopyOrigin.FILES:
        where = "built from the files"
    else:
        where = "copy kept" if copy.get("kept") else ""
    departed: Any = gave.get("departed") or {}
    left = "what left can be undone and applied again" if departed and not _spoilt(departed) else ""
    return "; ".join(filter(None, (left, _proven(gave["rollbacks"]), where)))


def _spoilt(departed: Any) -> bool:  # noqa: ANN401  # Departed as JSON
    return bool(departed.get("failure") or departed.get("residue"))


def _proven(rollbacks: Sequence[Any]) -> str:
    proven = [one for one in rollbacks if one["verdict"] == RollbackVerdict.PROVEN]
    if not rollbacks:
        return ""
    of = "" if len(proven) == len(rollbacks) else f"{len(proven)} of "
    drafted = sum(one.get("source") == RollbackSource.DRAFT for one in proven)
    return f"{of}{count(rollbacks, 'rollback')} proven" + (f", {drafted} drafted" if drafted else "")


def _migrations(run: StageRun) -> Sequence[str]:
    """Name the migrations that a stage was about."""
    gave: Any = run.gave or {}
    match run.stage:
        case Stage.PLAN:
            left = [one["migration"] for one in gave.get("leaving", ())]
            return [
                *(f"undo {one['version']} {one['name']}, whose file left the branch" for one in left),
                *(f"{one['version']} {one['name']}" for one in gave.get("pending", ())),
            ]
        case Stage.APPLY:
            return [f"{version} undone, whose file left the branch" for version in gave.get("reverted", ())]
        case Stage.REHEARSE:
            return [
                f"{one['version']} {one['verdict']} ({_WHOSE[one['source']]})"
                for one in gave.get("rollbacks", ())
                if one["verdict"] != RollbackVerdict.PROVEN
            ]
        case Stage.ROLLBACK:
            drift = [Change(**each).headline for each in gave.get("drift", ())]
            return [
                *(f"{version} undone" for version in gave.get("reverted", ())),
                *(f"{version} applied again" for version in gave.get("restored", ())),
                *(f"{version} undone and not applied again" for version in gave.get("not_restored", ())),
                *(f"changed by others meanwhile: {headline}" for headline in drift),
            ]
        case _:
            return ()


def _known(made: DeploymentId, reading: Reading) -> Deployment:
    found = reading.deployment(made)
    assert found is not None
    return found


def _end(output: Output, deployment: Deployment, runs: Sequence[StageRun], reading: Reading) -> int:
    if output.as_json:
        output.result({"deployment": deployment, "runs": runs})
    else:
        tell_end(output, deployment, reading)
    return exit_code(deployment)


def exit_code(deployment: Deployment) -> int:
    """Return what a command exits with.

    A rollback that a person asked for is done when it is rolled back; a deployment that a closed target holds
    up ends as the stuck one did that closed it.
    """
    if deployment.undoes is not None and deployment.status is Status.ROLLED_BACK:
        return 0
    if deployment.status is Status.WAITING and deployment.waiting_for is WaitingFor.LOCK:
        return EXIT[Status.STUCK]
    return EXIT[deployment.status]
