"""`bascule config check`: every fault of the settings at once."""

import typer

from orchestrator.cli.options import Json, SettingsFile
from orchestrator.cli.output import Output

command = typer.Typer(no_args_is_help=True, help="Look at the settings.")


@command.callback()
def _config() -> None:
    """Look at the settings."""


@command.command()
def check(*, settings: SettingsFile = None, json: Json = False) -> None:
    """Report every fault of the settings at once, each with what to write instead."""
    import os

    from orchestrator.settings import load

    output = Output(as_json=json)
    valid = load(settings, os.environ)
    if json:
        output.result({"file": str(valid.file) if valid.file else None, "faults": []})
        return
    output.say(f"{valid.file or 'no settings file: everything embedded'}: no faults")
    output.table(
        ("target", "database", "branch"),
        [
            (name, one.address, f"{one.policy.repository}: {one.policy.branch}")
            for name, one in valid.targets.items()
        ],
    )
