"""Puts the verbs together, and turns what goes wrong into one clear message and an exit code."""

import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from importlib import import_module
from itertools import pairwise
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from orchestrator.cli.output import Output
from orchestrator.cli.plain_values import take_plain_values
from orchestrator.domain.errors import BasculeError

#: the verbs in the order of the help page, in groups; one of two words comes before that of its first
SERVICE = ("up", "demo", "serve", "worker", "relay")
TARGETS = ("adopt", "release", "plan", "deploy", "rollback", "retry", "cancel", "unlock")
READING = ("status", "show", "logs", "history", "schema", "drift")
OPERATING = ("doctor", "config", "webhook")
CHECKOUT = ("new", "check", "validate", "rehearse", "smoke", "rollback draft", "rules", "explain")
GROUPS = {
    "On a checkout": CHECKOUT,
    "The service": SERVICE,
    "Targets and deployments": TARGETS,
    "Looking": READING,
    "Operating": OPERATING,
}
_GROUP_OF: Final = {verb: group for group, verbs in GROUPS.items() for verb in verbs}

#: the environment variable that shows more, and the value that shows all
_LEVEL: Final = "BASCULE_LOG_LEVEL"
_DEBUG: Final = "debug"
_OURS: Final = frozenset({"orchestrator", "workers"})

#: what a shell calls a command that Ctrl-C ended
_STOPPED = 130

#: typer's own class of commands has no public name
Command = Any


class _Verbs(Mapping[str, Command]):
    """The verbs by their names; each is imported when it is asked for, so that every one starts quickly."""

    def __init__(self) -> None:
        self._made: dict[str, Command] = {}

    def __getitem__(self, verb: str) -> Command:
        if verb not in self._made:
            self._made[verb] = _command(verb, _GROUP_OF[verb])
        return self._made[verb]

    def __iter__(self) -> Iterator[str]:
        return iter(_GROUP_OF)

    def __len__(self) -> int:
        return len(_GROUP_OF)


class _Program(TyperGroup):
    """The command line; typer itself would import all verbs to run one."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401  # typer's own
        super().__init__(**{**settings, "commands": _Verbs()})

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401  # typer's own
        """Return the options, --help included."""
        return take_plain_values(super().get_params(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401  # typer's own
        """Find the verb that the words begin with, of two words or of one."""
        verb, rest = " ".join(args[:2]), args[2:]
        if verb in _GROUP_OF and len(args) > 1:
            return verb, self.get_command(ctx, verb), rest
        return super().resolve_command(ctx, args)


class _Verb(TyperCommand):
    """One verb."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401  # typer's own
        """Return arguments and options, --help included."""
        return take_plain_values(super().get_params(ctx))


def _command(verb: str, group: str) -> Command:
    """Import a verb and return it as typer runs it."""
    module = import_module(f"orchestrator.cli.verbs.{verb.replace(' ', '_')}")
    around = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    if isinstance(module.command, typer.Typer):
        around.add_typer(module.command, name=verb, rich_help_panel=group)
        return typer.main.get_group(around).commands[verb]
    around.command(verb, cls=_Verb, rich_help_panel=group)(exiting(module.command))
    return typer.main.get_command(around)


def program() -> typer.Typer:
    """Return the command line with all its verbs."""
    app = typer.Typer(
        name="bascule",
        cls=_Program,
        help="Deploys SQL migrations to Supabase and PostgreSQL from a Git branch, each with its rollback.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_about)
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
        Output(as_json=_asks_for_json(words)).error(error)
        return error.exit_code
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except Exception as fault:  # noqa: BLE001  # CI has to tell a crash from a verdict
        return _crashed(fault, words)
    return 0


def _crashed(fault: Exception, words: Sequence[str]) -> int:
    """Tell a fault of ours by its kind and place only: its text may hold values. Returns the exit code."""
    error = BasculeError(
        f"internal: {type(fault).__name__} at {_place(fault)}",
        remedy=f"report it, please; {_LEVEL}={_DEBUG} shows the traceback, which may hold values",
    )
    Output(as_json=_asks_for_json(words)).error(error)
    if os.environ.get(_LEVEL, "").lower() == _DEBUG:
        traceback.print_exception(fault)
    return error.exit_code


def _place(fault: Exception) -> str:
    """Name the innermost line of our own that it went through: module:line."""
    frames = [
        f"{module}:{line}"
        for frame, line in traceback.walk_tb(fault.__traceback__)
        if (module := str(frame.f_globals.get("__name__"))).split(".")[0] in _OURS
    ]
    return frames[-1]  # this module is always among them


def _asks_for_json(words: Sequence[str]) -> bool:
    return bool({"--json", "--format=json"} & {*words}) or ("--format", "json") in pairwise(words)
