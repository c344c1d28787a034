"""`bascule unlock`: open a target that a stuck deployment closed, and try nothing again."""

from typing import Annotated

import typer

from orchestrator.cli.options import Json, SettingsFile, Target, actor, opened
from orchestrator.cli.output import Output


def command(
    target: Target,
    *,
    because: Annotated[
        str, typer.Option("--because", help="Why it may go on; it is put on record.", show_default=False)
    ] = "",
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Open a target that a stuck deployment closed: what is held stays held, nothing is tried again."""
    from orchestrator.actions import asking

    output = Output(as_json=json)
    with opened(settings, embedded=True) as house:
        asking.policy_of(target, house.policies)
        closed_by = asking.unlock(target, because, care=house.care, actor=actor())
    if json:
        output.result({"target": target, "unlocked": True, "closed_by": closed_by})
        return
    output.say(f"{target} is open again; deployment {closed_by} had closed it")
    output.say(f"  what it holds stays held; to try that again: bascule retry {closed_by}", style="dim")
