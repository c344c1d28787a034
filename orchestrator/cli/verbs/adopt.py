"""`bascule adopt`: take a target under care."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import Json, SettingsFile, Target, actor, opened
from orchestrator.cli.output import Output
from orchestrator.cli.words import count

if TYPE_CHECKING:
    from orchestrator.actions.adopting import Look
    from orchestrator.actions.writing_baseline import Written
    from orchestrator.domain.deployment import Deployment
    from orchestrator.ports import Reading
    from orchestrator.wiring import House

_SHOWN = 12


def command(
    target: Target,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="Where --write-baseline writes; else supabase/baseline.sql.",
            show_default=False,
        ),
    ] = None,
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
    write_baseline: Annotated[
        bool,
        typer.Option(
            "--write-baseline",
            help="Write what the database has into FILE, which `bascule check` begins with.",
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look.")] = False,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Take a target under care: show what is there and what is pending, then put our fence there."""
    from orchestrator.actions.adopting import adopt, look
    from orchestrator.actions.asking import policy_of
    from orchestrator.actions.writing_baseline import place_of

    if file is not None and not write_baseline:
        raise typer.BadParameter("is where --write-baseline writes: say that, too", param_hint="FILE")
    output = Output(as_json=json)
    place = place_of(file) if write_baseline else None
    with opened(settings, embedded=True) as house:
        policy = policy_of(target, house.policies)
        house.upgrade()
        ledger_id = house.claims.ledger_id
        seen = look(
            policy,
            git=house.git,
            targets=house.targets,
            contents=house.kept,
            watching=house.watching,
            ledger_id=ledger_id,
            baseline=baseline,
            take_over=take_over,
        )
        # first: where it cannot be written, nothing is adopted either
        written = None if place is None or dry_run else _write(target, place, house, output)
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
        output.result(_value(seen, written, dry_run=dry_run))
        return
    _tell_found(output, seen, policy.branch)
    _tell_baseline(output, seen, written)
    _tell_end(output, seen, waiting, dry_run=dry_run)


def _write(target: str, place: Path, house: "House", output: Output) -> "Written":
    from orchestrator.actions.writing_baseline import write_baseline

    with house.baselines() as baselines, output.waiting() as tell:
        tell(f"writing down what {target} has")
        return write_baseline(target, place, targets=house.targets, baselines=baselines)


def _value(seen: "Look", written: "Written | None", *, dry_run: bool) -> dict[str, object]:
    found: dict[str, object] = {
        "adopted": not dry_run,
        "commit": seen.commit,
        "state": seen.state,
        "plan": seen.plan,
        "unwritten": seen.is_unwritten,
        "took_over_from": seen.took_over_from,
        "starts_anew": seen.starts_anew,
    }
    if written is not None:
        found["baseline"] = {"path": str(written.path), "without": written.without}
    return found


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
    if seen.took_over_from is not None:
        output.say(f"  from the ledger {seen.took_over_from}, which is refused afterwards")
        ours, theirs = len(state.ours), len(state.history) - len(state.ours)
        output.say(
            f"  {ours} of the history applied by Bascule, {theirs} by others; "
            "what this ledger does not know it never rolls back"
        )
    if seen.starts_anew:
        output.say(
            f"  {seen.target} was adopted before, but this database does not know of it: what is on record "
            "for the former one is forgotten",
            style="yellow",
        )
    if plan.to_record:
        output.say(f"  {len(plan.to_record)} recorded as present, up to {plan.to_record[-1].version}")
    output.say(f"  {len(plan.pending)} pending at {seen.commit[:10]} of {branch}")
    for migration in plan.pending[:_SHOWN]:
        output.say(f"    {migration.version} {migration.name}")
    if len(plan.pending) > _SHOWN:
        output.say(f"    and {len(plan.pending) - _SHOWN} more", style="dim")


def _tell_baseline(output: Output, seen: "Look", written: "Written | None") -> None:
    if written is not None:
        output.say(f"  wrote {written.path}: commit it, and `bascule check` begins with it")
        for each in written.without[:_SHOWN]:
            output.say(f"    without {each}", style="dim")
        if len(written.without) > _SHOWN:
            output.say(f"    and {len(written.without) - _SHOWN} more, which it names", style="dim")
    elif seen.is_unwritten:
        output.say(
            "  no migration in git makes what it holds, and no baseline: nobody can try a change without it"
        )
        output.say(f"  in a checkout: bascule adopt {seen.target} --write-baseline", style="dim")


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
