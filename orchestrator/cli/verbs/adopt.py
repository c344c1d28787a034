"""`bascule adopt`: take a target under care."""

from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import Json, SettingsFile, Target, actor, opened
from orchestrator.cli.output import Output
from orchestrator.cli.words import count

if TYPE_CHECKING:
    from orchestrator.actions.adopting import Look
    from orchestrator.domain.deployment import Deployment
    from orchestrator.ports import Reading

_SHOWN = 12


def command(
    target: Target,
    *,
    baseline: Annotated[
        str | None,
        typer.Option(
            help="The newest version that the database already has, where its history does not say so; "
            "0 if it has none.",
            show_default=False,
        ),
    ] = None,
    take_over: Annotated[
        bool,
        typer.Option("--take-over", help="Take it from another ledger, which is refused from then on."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look.")] = False,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Take a target under care: show what is there and what is pending, then put our fence there."""
    from orchestrator.actions.adopting import adopt, look
    from orchestrator.actions.asking import policy_of

    output = Output(as_json=json)
    with opened(settings, embedded=True) as house:
        policy = policy_of(target, house.policies)
        house.upgrade()
        ledger_id = house.claims.ledger_id
        seen = look(
            policy,
            git=house.git,
            targets=house.targets,
            contents=house.kept,
            ledger_id=ledger_id,
            baseline=baseline,
            take_over=take_over,
        )
        if not dry_run:
            adopt(
                seen,
                targets=house.targets,
                contents=house.kept,
                care=house.care,
                ledger_id=ledger_id,
                actor=actor(),
            )
        waiting = _waiting(target, house.reading)
    if json:
        output.result({"adopted": not dry_run, "commit": seen.commit, "state": seen.state, "plan": seen.plan})
        return
    _tell_found(output, seen, policy.branch)
    _tell_end(output, seen, waiting, dry_run=dry_run)


def _waiting(target: str, reading: "Reading") -> "Deployment | None":
    """Return the deployment that has waited for the adoption."""
    newest = next((state.newest for state in reading.targets() if state.name == target), None)
    return newest if newest is not None and newest.finished is None else None


def _tell_found(output: Output, seen: "Look", branch: str) -> None:
    state, plan = seen.state, seen.plan
    output.say(
        f"{seen.target}: PostgreSQL {state.server_version}, database {state.database}, as {state.role}"
    )
    history, objects = count(state.history, "migration"), count(state.user_objects, "object")
    output.say(f"  {history} in its history, {objects} of yours")
    if plan.to_record:
        output.say(f"  {len(plan.to_record)} recorded as present, up to {plan.to_record[-1].version}")
    output.say(f"  {len(plan.pending)} pending at {seen.commit[:10]} of {branch}")
    for migration in plan.pending[:_SHOWN]:
        output.say(f"    {migration.version} {migration.name}")
    if len(plan.pending) > _SHOWN:
        output.say(f"    and {len(plan.pending) - _SHOWN} more", style="dim")


def _tell_end(output: Output, seen: "Look", waiting: "Deployment | None", *, dry_run: bool) -> None:
    if dry_run:
        output.say("  nothing was written (--dry-run)", style="dim")
        return
    output.say("  adopted", style="green")
    if waiting is not None:
        output.say(
            f"  deployment {waiting.id} has waited for this and begins now: bascule logs {waiting.id} -f"
        )
    elif seen.plan.pending:
        now = f"bascule deploy {seen.target}"
        output.say(f"  the next push deploys what is pending; or now: {now}", style="dim")
