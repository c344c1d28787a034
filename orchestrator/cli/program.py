"""Puts the verbs together, and turns what goes wrong into one clear message and an exit code."""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module

import click
import typer

from orchestrator.cli.output import Output
from orchestrator.domain.errors import BasculeError

#: the verbs in the order of the help page, in two groups
SERVICE = ("up", "demo", "serve", "worker", "relay")
TARGETS = ("adopt", "release", "plan", "deploy", "rollback", "retry")
READING = ("status", "show", "logs", "history", "schema")
OPERATING = ("config", "doctor")
GROUPS = {
    "The service": SERVICE,
    "Targets and deployments": TARGETS,
    "Looking": READING,
    "Operating": OPERATING,
}


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
                app.command(verb, rich_help_panel=group)(module.command)
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


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    return _guarded(
        lambda: typer.main.get_command(program()).main(words, "bascule", standalone_mode=False), words
    )


def _guarded(work: Callable[[], object], words: Sequence[str]) -> int:
    try:
        code = work()
    except BasculeError as error:
        Output(as_json="--json" in words).error(error)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        Output(as_json=False).say("stopped")
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return code if isinstance(code, int) else 0
