"""Puts the verbs together, and turns what goes wrong into one clear message and an exit code."""

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from importlib import import_module
from typing import Any

import typer

from orchestrator.cli.output import Output
from orchestrator.domain.errors import BasculeError

#: the verbs in the order of the help page, in groups
SERVICE = ("up", "demo", "serve", "worker", "relay")
TARGETS = ("adopt", "release", "plan", "deploy", "rollback", "retry")
READING = ("status", "show", "logs", "history", "schema")
OPERATING = ("config", "doctor")
CHECKOUT = ("new",)
GROUPS = {
    "On a checkout": CHECKOUT,
    "The service": SERVICE,
    "Targets and deployments": TARGETS,
    "Looking": READING,
    "Operating": OPERATING,
}


#: what a shell calls a command that Ctrl-C ended
_STOPPED = 130


def program() -> typer.Typer:
    """Return the command line with all its verbs."""
    app = typer.Typer(
        name="bascule",
        help="Deploys SQL migrations to Supabase and PostgreSQL from a Git branch, each with its rollback.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_about)
    for group, verbs in GROUPS.items():
        for verb in verbs:
            module = import_module(f"orchestrator.cli.verbs.{verb}")
            if isinstance(module.command, typer.Typer):
                app.add_typer(module.command, name=verb, rich_help_panel=group)
            else:
                app.command(verb, rich_help_panel=group)(exiting(module.command))
    return app


def _version(wanted: bool) -> None:  # noqa: FBT001 - the shape of a click callback
    if wanted:
        from importlib.metadata import version

        typer.echo(f"bascule {version('bascule')}")
        raise typer.Exit


def _about(
    *,
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    """Exit codes: 0 done or waiting, 1 refused, 2 settings or usage, 3 failed or undone, 4 unavailable."""


def exiting(command: Callable[..., int | None]) -> Callable[..., None]:
    """Make what a verb returns the exit code."""

    @wraps(command)
    def verb(*arguments: Any, **options: Any) -> None:  # noqa: ANN401 - the verb's own
        try:
            code = command(*arguments, **options)
        except KeyboardInterrupt:
            code = _STOPPED
        if code:
            raise typer.Exit(code)

    return verb


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a wrong call is told by typer and is 2."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        program()(words, prog_name="bascule")
    except BasculeError as error:
        Output(as_json="--json" in words).error(error)
        return error.exit_code
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0
