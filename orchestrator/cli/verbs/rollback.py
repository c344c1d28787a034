"""`bascule rollback`: undo what a deployment applied. For `bascule rollback draft` see rollback_draft.py."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import DeploymentNumber, Json, SettingsFile, Timeout, actor, opened
from orchestrator.cli.output import Output
from orchestrator.cli.story import follow_to_the_end

if TYPE_CHECKING:
    from orchestrator.actions.undoing import Undoing


def command(
    deployment: DeploymentNumber,
    *,
    to: Annotated[
        str | None,
        typer.Option(help="Undo what came after this version; it stays.", show_default=False),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be undone.")] = False,
    drop_rows: Annotated[
        bool, typer.Option("--drop-rows", help="Drop rows too that the deployment did not write.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    wait: Annotated[bool, typer.Option(help="Follow it to its end.")] = True,
    timeout: Timeout = 600,
    settings: SettingsFile = None,
    json: Json = False,
) -> int:
    """Undo what a deployment applied, newest first; shows the losses first, and asks."""
    from orchestrator.actions import asking, undoing
    from orchestrator.domain.deployment import DeploymentId

    output = Output(as_json=json)
    with opened(settings) as house:
        found = asking.known(DeploymentId(deployment), house.reading)
        seen = undoing.look(found, to=to, kept=house.kept, targets=house.targets)
        if dry_run:
            return _tell_only(output, seen, drop_rows=drop_rows)
        _tell(output, seen)
        if not yes and seen.obstacle is None:
            _confirm(seen, as_json=json)
            drop_rows = drop_rows or bool(seen.at_stake)  # which the person has read, and agreed to
        made = undoing.undo(seen, care=house.care, actor=actor(), drop_rows=drop_rows)
        return follow_to_the_end(output, made, house.reading, wait=wait, timeout_seconds=timeout)


def _confirm(seen: "Undoing", *, as_json: bool) -> None:
    from orchestrator.domain.errors import ConfigurationError

    if as_json or not sys.stdin.isatty():
        raise ConfigurationError(
            "a rollback asks first, and nobody is here to answer",
            code="confirmation-needed",
            remedy="look at it with --dry-run; then add --yes",
        )
    rows = " and drop what is listed" if seen.at_stake else ""
    typer.confirm(f"Roll back deployment {seen.deployment} on {seen.target}{rows}?", abort=True)


def _tell_only(output: Output, seen: "Undoing", *, drop_rows: bool) -> int:
    """Tell it and end; returns the exit code: what the same command would end with that asks nobody."""
    from orchestrator.actions import undoing

    refused = undoing.refusal(seen, drop_rows=drop_rows)
    if output.as_json:
        output.result(_value(seen))
    else:
        _tell(output, seen)
        if refused is not None:
            output.error(refused)
        output.say("  nothing was done (--dry-run)", style="dim")
    return refused.exit_code if refused else 0


def _tell(output: Output, seen: "Undoing") -> None:
    for step in seen.steps:
        what = {"file": f"with {step.file}", "draft": "with a drafted rollback", "none": "WITHOUT A ROLLBACK"}
        verdict = f" ({step.verdict})" if step.verdict else ""
        output.say(f"  {seen.target}: undo {step.version} {step.name} {what[step.source]}{verdict}")
        for loss in step.losses:
            output.say(f"    {loss}", style="yellow")
    if seen.again:
        output.say(f"  applied again, although the files left the branch: {', '.join(seen.again)}")
    if seen.to is not None:
        output.say(f"  {seen.to} and what came before it stay", style="dim")
    if seen.at_stake:
        output.say(f"  would be dropped, and deployment {seen.deployment} did not write it:", style="red")
    for counted in seen.at_stake:
        output.say(f"    {counted.headline}", style="red")


def _value(seen: "Undoing") -> dict[str, object]:
    from orchestrator.domain.errors import Failure

    return {
        "deployment": seen.deployment,
        "target": seen.target,
        "to": seen.to,
        "steps": seen.steps,
        "at_stake": [
            {"what": str(each.dropped), "rows": each.rows, "about": each.about, "why": each.why}
            for each in seen.at_stake
        ],
        "again": seen.again,
        "obstacle": Failure.of(seen.obstacle) if seen.obstacle else None,
    }
