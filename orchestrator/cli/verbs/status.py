"""`bascule status`: where the targets stand, and the newest deployments."""

from typing import Annotated

import typer

from orchestrator.cli.options import Json, SettingsFile, opened
from orchestrator.cli.output import Output, status_text
from orchestrator.cli.words import ago


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
    rows = []
    for name in names:
        state = known.get(name)
        adopted = "not adopted" if state is None or state.adopted is None else f"adopted {ago(state.adopted)}"
        note = f"closed by deployment {state.closed_by}" if state and state.closed_by else ""
        holds = f"{len(state.holds)} held" if state and state.holds else ""
        rows.append((name, adopted, ", ".join(filter(None, (note, holds)))))
    output.table(("target", "care", ""), rows)
    output.say("")
    output.table(
        ("id", "target", "commit", "status", "by", "asked"),
        [
            (one.id, one.target, one.commit[:10], status_text(one), one.actor or one.cause, ago(one.created))
            for one in deployments
        ],
    )
