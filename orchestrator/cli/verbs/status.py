"""`bascule status`: where the targets stand, and the newest deployments."""

from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import Json, SettingsFile, opened
from orchestrator.cli.output import Output, status_text
from orchestrator.cli.words import ago

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orchestrator.domain.deployment import Deployment
    from orchestrator.domain.target import TargetPolicy, TargetState


def command(
    target: Annotated[str | None, typer.Argument(help="Only this target.", show_default=False)] = None,
    *,
    limit: Annotated[int, typer.Option(help="How many deployments.", min=1, max=1000)] = 10,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Show where the targets stand, and the newest deployments."""
    output = Output(as_json=json)
    with opened(settings, embedded=True) as house:
        if target is not None:
            from orchestrator.actions.asking import policy_of

            policy_of(target, house.policies)
        known = {state.name: state for state in house.reading.targets()}
        deployments = house.reading.deployments(target=target, limit=limit)
        names = [name for name in sorted({*house.policies, *known}) if target in (None, name)]
    if json:
        output.result(
            {
                "targets": [known.get(name, {"name": name, "adopted": None}) for name in names],
                "deployments": deployments,
            }
        )
        return
    output.table(
        ("target", "follows", "since", "note"),
        [_stand(name, house.policies.get(name), known.get(name)) for name in names],
    )
    for name in names:
        _tell_holds(output, known.get(name))
    output.say("")
    _tell_deployments(output, deployments)


def _stand(
    name: str, policy: "TargetPolicy | None", state: "TargetState | None"
) -> tuple[str, str, str, str]:
    """Say where a target stands; without a state the ledger never heard of it."""
    follows = f"{policy.branch} of {policy.repository}" if policy else "not in the settings"
    if state is None or state.adopted is None:
        return name, follows, "-", f"not under care: bascule adopt {name}"
    note = f"CLOSED by deployment {state.closed_by}" if state.closed_by else ""
    if state.drifted is not None:
        note = f"{note}{'; ' if note else ''}drifted, seen {ago(state.drifted)}: bascule drift {name}"
    return name, follows, ago(state.adopted), note


def _tell_holds(output: Output, state: "TargetState | None") -> None:
    for hold in state.holds if state else ():
        versions = ", ".join(version for version, _ in hold.members)
        about = f"{hold.deployment}; until the file changes, or: bascule retry {hold.deployment}"
        output.say(
            f"  {state.name if state else ''} holds {versions} since deployment {about}", style="yellow"
        )


def _tell_deployments(output: Output, deployments: "Sequence[Deployment]") -> None:
    if not deployments:
        output.say("no deployments yet", style="dim")
        return
    output.table(
        ("id", "target", "commit", "status", "by", "asked"),
        [
            (
                one.id,
                one.target,
                one.commit[:10],
                status_text(one),
                one.actor or one.cause.words,
                ago(one.created),
            )
            for one in deployments
        ],
    )
