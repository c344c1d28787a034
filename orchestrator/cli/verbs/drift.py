"""`bascule drift`: what somebody changed on a target without a deployment."""

from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import Json, SettingsFile, Target, actor, opened
from orchestrator.cli.output import Output
from orchestrator.cli.words import ago, count

if TYPE_CHECKING:
    from orchestrator.actions.drifting import Compared


def command(
    target: Target,
    *,
    accept: Annotated[bool, typer.Option("--accept", help="Put the target on record as it is now.")] = False,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Show what differs from what Bascule left there; exit 1 where something does."""
    from orchestrator.actions import drifting
    from orchestrator.actions.asking import policy_of

    output = Output(as_json=json)
    with opened(settings, embedded=True) as house:
        policy_of(target, house.policies)
        house.upgrade()
        compared = drifting.compare(
            target, targets=house.targets, contents=house.kept, watching=house.watching
        )
        accepted = accept and bool(compared.drift.changes or compared.drift.unknown)
        if accepted:
            drifting.accept(compared, contents=house.kept, watching=house.watching, actor=actor())
    if json:
        output.result(_value(compared, accepted=accepted))
    else:
        _tell(output, compared, accepted=accepted)
    if not accepted and (compared.drift.changes or compared.drift.unknown):
        raise typer.Exit(1)


def _value(compared: "Compared", *, accepted: bool) -> dict[str, object]:
    from orchestrator.domain.difference import details_of

    drift = compared.drift
    return {
        "target": compared.target,
        "drifted": None if drift.unknown else bool(drift.changes),
        "accepted": accepted,
        "recorded": compared.watched.since,
        "unknown": drift.unknown or None,
        "changes": [
            {
                "kind": change.kind,
                "identity": change.identity,
                "headline": change.headline,
                "details": details_of(change),
            }
            for change in drift.changes
        ],
    }


def _tell(output: Output, compared: "Compared", *, accepted: bool) -> None:
    from orchestrator.cli.report.printable import printable
    from orchestrator.domain.difference import details_of, outermost

    name, drift, since = compared.target, compared.drift, compared.watched.since
    if compared.watched.closed_by is not None:
        output.say(f"{name} is closed by deployment {compared.watched.closed_by}, which is stuck")
    if drift.unknown:
        output.say(f"{name}: nobody can tell, {drift.unknown}", style="yellow")
    elif not drift.changes:
        output.say(f"{name} is as recorded {ago(since) if since else ''}".rstrip(), style="green")
        return
    told = outermost(drift.changes)
    if told:
        recorded = f", recorded {ago(since)}" if since else ""
        output.say(f"{name} is not as Bascule left it{recorded}: {count(told, 'change')}", style="yellow")
    for change in told:
        for line in details_of(change):
            output.say(f"  {printable(line)}", hang=4)
    if accepted:
        output.say("  accepted: from now on it shall be as it is", style="green")
        return
    stay = "record it as it is" if drift.unknown else "if it shall stay"
    if not drift.unknown:
        output.say("  if it shall not stay: undo it there by hand", style="dim")
    output.say(f"  {stay}: bascule drift {name} --accept", style="dim")
