"""Options that many verbs share, and the house they open."""

import getpass
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from orchestrator.adapters.postgres.scratch.scratch import PostgresScratch
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
def opened(settings_file: Path | None, *, embedded: bool = False) -> Iterator["House"]:
    """Open the house of these settings; without a control database in them, the running embedded one.

    With `embedded`, start the embedded servers for this command when none runs and none is named.
    """
    from orchestrator.settings import load
    from orchestrator.wiring import House, about_to_run, settings_of_this_process

    settings = settings_of_this_process(settings_file)
    started = None
    with ExitStack() as stack:
        if embedded and settings.service.database_url is None:
            from orchestrator.cli.service import servers_for

            started, running = stack.enter_context(servers_for(settings, lambda *_: None))
            assert running is not None
            settings = load(settings_file, {**os.environ, **running.environment})
        # a command speaks for itself; only what is wrong on the way is logged, to stderr
        about_to_run(settings, "command", usual_level="warning")
        house = House(settings)
        stack.callback(house.close)
        if started:
            house.upgrade()
        yield house


@contextmanager
def scratch_alone() -> Iterator["PostgresScratch"]:
    """Open a scratch server for a checkout, without any settings; what this command started ends with it."""
    from orchestrator.adapters.logging import configure
    from orchestrator.embedded.state import default_state
    from orchestrator.wiring import release_scratch, scratch_on

    configure(level=os.environ.get("BASCULE_LOG_LEVEL", "warning"), secrets=[])
    try:
        yield scratch_on(default_state())
    finally:
        release_scratch()


def actor() -> str:
    """Name the person at the keyboard, for the record."""
    return os.environ.get("BASCULE_ACTOR") or _user()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
