"""`bascule webhook`: which deliveries came, take one up again, try the way out."""

from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import Json, SettingsFile, actor, opened
from orchestrator.cli.output import Output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orchestrator.actions.webhooks import Delivered, Replayed, Tried

command = typer.Typer(no_args_is_help=True, help="Look at what forges deliver.")

Repository = Annotated[str, typer.Argument(help="A repository's name in the settings.", show_default=False)]


@command.callback()
def _webhook() -> None:
    """Look at what forges deliver."""


@command.command("list")
def list_(
    repository: Annotated[
        str | None, typer.Argument(help="Only this repository's.", show_default=False)
    ] = None,
    *,
    limit: Annotated[int, typer.Option(help="How many.", min=1, max=1000)] = 20,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Show the newest deliveries that were stored, and which deployments they made."""
    from orchestrator.actions.webhooks import known, newest

    output = Output(as_json=json)
    with opened(settings, embedded=True) as house:
        if repository is not None:
            known(repository, list(house.settings.repositories))
        found = newest(house.deliveries, house.forge, repository=repository, limit=limit)
    if json:
        output.result(found)
    else:
        _tell_list(output, found)


@command.command()
def replay(
    number: Annotated[
        int, typer.Argument(metavar="ID", help="A delivery's number.", min=1, show_default=False)
    ],
    *,
    anew: Annotated[
        bool, typer.Option("--anew", help="Ask for its deployments again, whatever there was.")
    ] = False,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Take a stored delivery through reception again, and say what that did."""
    from orchestrator.actions import webhooks

    output = Output(as_json=json)
    with opened(settings) as house:
        done = webhooks.replay(
            number,
            deliveries=house.deliveries,
            forges=house.forge,
            targets=list(house.policies.values()),
            reception=house.reception,
            care=house.care,
            actor=actor(),
            anew=anew,
        )
    if json:
        output.result(done)
    else:
        _tell_replay(output, done, anew=anew)


@command.command("test")
def try_out(
    repository: Repository,
    *,
    url: Annotated[
        str | None,
        typer.Option(
            help="Where the forge sends to, to try the whole way; else this machine's own listener.",
            show_default=False,
        ),
    ] = None,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Send a signed delivery that deploys nothing to the service, and say what to set at the forge."""
    from orchestrator.actions import webhooks

    output = Output(as_json=json)
    with opened(settings) as house:
        webhooks.known(repository, list(house.settings.repositories))
        given, listen = house.settings.repositories[repository], house.settings.service.listen
    address = url or webhooks.address_of(repository, listen.host, listen.port)
    form = webhooks.form_of(given.forge)
    if not json:
        output.say(f"at {given.forge} ({form.place}):")
        output.say(f"  URL: the address under which it reaches this service, and then /webhooks/{repository}")
        output.say(f"  content type: {form.content_type}")
        output.say(f"  {form.field}: what repositories.{repository}.webhook_secret names")
        output.say(f"  events: {form.events}")
    tried = webhooks.try_out(given.forge, [one.reveal().encode() for one in given.webhook_secrets], address)
    if json:
        output.result({"repository": repository, "url": address, "form": form, "tried": _values(tried)})
    else:
        _tell_trial(output, tried, address)
    if not all(one.accepted for one in tried):
        raise typer.Exit(1)


def _tell_list(output: Output, found: "Sequence[Delivered]") -> None:
    from orchestrator.cli.words import ago

    if not found:
        output.say("no deliveries yet", style="dim")
        return
    output.table(
        ("id", "came", "repository", "forge", "event", "told of", "what became of it"),
        [
            (one.id, ago(one.received), one.repository, one.forge, one.event, _refs(one), _outcome(one))
            for one in found
        ],
    )


def _refs(one: "Delivered") -> str:
    return ", ".join(f"{push.branch} {push.commit[:10]}".rstrip() for push in one.pushes) or "-"


def _outcome(one: "Delivered") -> str:
    return f"deployment {', '.join(map(str, one.deployments))}" if one.deployments else one.note


def _tell_replay(output: Output, done: "Replayed", *, anew: bool) -> None:
    for target, deployment in done.made.items():
        output.say(f"deployment {deployment} of {target} is asked for: bascule logs {deployment} -f")
    if done.made:
        return
    if not done.follow:
        output.say("nothing is deployed: no target follows what it told of")
        return
    earlier = ", ".join(map(str, done.earlier))
    made = f"it made deployment {earlier}" if earlier else "another delivery had asked for its commit"
    output.say(f"it was stored before, and nothing changed: {made}")
    if not anew:
        output.say(f"  to deploy the branch's head once more: bascule webhook replay {done.id} --anew")


def _tell_trial(output: Output, tried: "Sequence[Tried]", address: str) -> None:
    from orchestrator.cli.report.printable import printable
    from orchestrator.cli.words import span

    output.say(f"sent to {address}:")
    for one in tried:
        which = f"secret {one.number} of {len(tried)}" if len(tried) > 1 else "the secret"
        word, style = ("accepted", "green") if one.accepted else ("NOT accepted", "red")
        said = f": {printable(one.answer.said)}" if one.answer.said else ""
        took = span(one.answer.took_seconds)
        output.say(f"  {which} was {word}, status {one.answer.status} after {took}{said}", style=style)
    if any(one.answer.status == 401 for one in tried):  # noqa: PLR2004 - HTTP's own
        output.say("  secrets are read when the service starts: restart it after a change", style="dim")


def _values(tried: "Sequence[Tried]") -> list[dict[str, object]]:
    return [
        {
            "secret": one.number,
            "accepted": one.accepted,
            "status": one.answer.status,
            "took_seconds": round(one.answer.took_seconds, 4),
            "said": one.answer.said,
        }
        for one in tried
    ]
