"""`bascule logs`: the events, as they happen with -f."""

import time
from typing import Annotated

import typer

from orchestrator.cli.options import Json, SettingsFile, opened
from orchestrator.domain.event import Event

_POLL_SECONDS = 0.3
_PAGE = 500


def command(
    deployment: Annotated[
        int | None, typer.Argument(help="Only this deployment.", show_default=False)
    ] = None,
    *,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on until Ctrl-C.")] = False,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Print events, oldest first; with a deployment and -f until that one has ended."""
    import json as json_form

    from orchestrator.actions.asking import known
    from orchestrator.adapters.json_form import to_json
    from orchestrator.domain.deployment import DeploymentId

    only = None if deployment is None else DeploymentId(deployment)
    seen = 0
    with opened(settings, embedded=True) as house:
        if only is not None:
            known(only, house.reading)
        while True:
            ended = only is not None and known(only, house.reading).finished is not None
            events = house.reading.events(after=seen, deployment=only, limit=_PAGE)
            for event in events:
                typer.echo(json_form.dumps(to_json(event)) if json else _line(event))
                seen = event.id
            if len(events) < _PAGE:
                if not follow or ended:
                    return
                time.sleep(_POLL_SECONDS)


def _line(event: Event) -> str:
    about = f"{event.target or '-'}"
    number = f" #{event.deployment}" if event.deployment else ""
    detail = " ".join(f"{key}={value}" for key, value in event.detail.items())
    by = f" by {event.actor}" if event.actor and event.actor != "bascule" else ""
    return f"{event.at:%Y-%m-%d %H:%M:%S} {about}{number} {event.kind}{by} {detail}".rstrip()
