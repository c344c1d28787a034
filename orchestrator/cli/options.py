"""Options that many verbs share, and the house they open."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from orchestrator.wiring import House

Json = Annotated[bool, typer.Option("--json", help="Print one JSON value instead of text.")]
SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        envvar="BASCULE_SETTINGS",
        help="The settings file; else ./bascule.toml or /etc/bascule/bascule.toml.",
        show_default=False,
    ),
]
Target = Annotated[str, typer.Argument(help="A target's name in the settings.", show_default=False)]
DeploymentNumber = Annotated[int, typer.Argument(help="A deployment's number.", min=1, show_default=False)]
Timeout = Annotated[float, typer.Option("--timeout", help="Seconds to wait at most.", min=1)]


@contextmanager
def opened(settings_file: Path | None) -> Iterator["House"]:
    """Open the house of these settings; without a control database in them, the running embedded one."""
    from orchestrator.wiring import House, settings_of_this_process

    house = House(settings_of_this_process(settings_file))
    try:
        yield house
    finally:
        house.close()


def actor() -> str:
    """Name the person at the keyboard, for the record."""
    return os.environ.get("BASCULE_ACTOR") or _user()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
