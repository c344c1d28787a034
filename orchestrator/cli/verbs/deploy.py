"""`bascule deploy`: bring a target to its branch's head, or to a named commit."""

from typing import Annotated

import typer

from orchestrator.cli.options import Json, SettingsFile, Target, Timeout, actor, opened
from orchestrator.cli.output import Output
from orchestrator.cli.story import follow_to_the_end, tell_deployment


def command(
    target: Target,
    *,
    commit: Annotated[
        str | None, typer.Option(help="A commit's full id; else the branch's head.", show_default=False)
    ] = None,
    here: Annotated[
        bool, typer.Option("--here", help="Carry it out in this process: no service is needed.")
    ] = False,
    wait: Annotated[bool, typer.Option(help="Follow it to its end.")] = True,
    timeout: Timeout = 600,
    settings: SettingsFile = None,
    json: Json = False,
) -> int:
    """Bring a target to its branch's head, or to a named commit."""
    from orchestrator.actions import asking

    output = Output(as_json=json)
    with opened(settings, embedded=here) as house:
        policy = asking.policy_of(target, house.policies)
        if here:
            house.upgrade()
        made = asking.deploy(policy, commit, git=house.git, care=house.care, actor=actor())
        if not here:
            return follow_to_the_end(output, made, house.reading, wait=wait, timeout_seconds=timeout)
        from orchestrator.actions.here import carry_out

        ended = carry_out(made, tools=house.tools, reading=house.reading, timeout_seconds=timeout)
        return tell_deployment(output, ended, house.reading)
