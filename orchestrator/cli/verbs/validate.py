"""`bascule validate`: what a senior would say about migrations before anybody runs them."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import Json, SettingsFile
from orchestrator.cli.output import Output
from orchestrator.cli.report import Format

if TYPE_CHECKING:
    from orchestrator.actions.reviewing import Report


def command(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILES|DIR]...",
            help="Migrations, or a folder that holds migrations/; else ./supabase. - is standard input.",
            show_default=False,
        ),
    ] = None,
    *,
    target: Annotated[
        str | None,
        typer.Option(help="Judge what is pending there, by its policy, sizes and rows.", show_default=False),
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="What the report is written as; else text.", show_default=False),
    ] = None,
    with_applied: Annotated[
        bool, typer.Option("--all", help="With --target: judge what it has already, too; in notes.")
    ] = False,
    settings: SettingsFile = None,
    json: Json = False,
) -> int:
    """Review migrations by the rules: what fails, what locks, what leaks; touches nothing."""
    from orchestrator.domain.finding import Verdict

    if with_applied and target is None:
        raise typer.BadParameter("needs --target: who has applied what?", param_hint="--all")
    if json and form not in (None, Format.JSON):
        raise typer.BadParameter(f"is json with --json, not {form}: name one of both", param_hint="--format")
    if target is None:
        report = _by_themselves(files or ())
    else:
        report = _for_target(files or (), target, settings, with_applied=with_applied)
    _write(report, Format.JSON if json else form or Format.TEXT, target)
    return 0 if report.verdict is Verdict.PASS else 1


@contextmanager
def _without_collector() -> Iterator[None]:
    """Let nobody look for garbage in what the report is made of: it takes a fifth of the time, to no end."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@_without_collector()
def _by_themselves(words: Sequence[str]) -> "Report":
    from orchestrator.actions.choosing import choose
    from orchestrator.actions.reviewing import review_files
    from orchestrator.adapters.squawk import Squawk
    from orchestrator.validation.rules import MARKS

    # not out of the house: opening it would read settings that nobody needs here
    linter = Squawk(MARKS)
    return review_files(choose(words, standard_input=_standard_input), linter=linter)


def _for_target(words: Sequence[str], target: str, settings: Path | None, *, with_applied: bool) -> "Report":
    from orchestrator.actions import asking
    from orchestrator.actions.choosing import choose
    from orchestrator.actions.reviewing import review_for_target
    from orchestrator.cli.options import opened

    chosen = choose(words, standard_input=_standard_input)
    with opened(settings) as house:
        policy = asking.policy_of(target, house.policies)
        with house.targets.reading(target) as reader:
            return review_for_target(
                chosen, policy=policy, linter=house.linter, reader=reader, with_applied=with_applied
            )


def _standard_input() -> bytes:
    import sys

    return sys.stdin.buffer.read()


def _write(report: "Report", form: Format, target: str | None) -> None:
    output = Output(as_json=form in {Format.JSON, Format.SARIF})
    match form:
        case Format.TEXT:
            from orchestrator.cli.report.text import tell

            tell(output, report, target=target)
        case Format.JSON:
            from orchestrator.cli.report.as_json import report_value

            output.result(report_value(report))
        case Format.SARIF:
            from orchestrator.cli.report.sarif import sarif_log

            output.result(sarif_log(report))
        case Format.GITHUB:
            from orchestrator.cli.report.github import workflow_commands

            for line in workflow_commands(report):
                typer.echo(line)
