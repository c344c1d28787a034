"""`bascule check`: everything that a deployment would do before it touches the target, on a scratch copy."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import Json, SettingsFile
from orchestrator.cli.output import Output

if TYPE_CHECKING:
    from orchestrator.actions.checking import Check
    from orchestrator.actions.choosing import Chosen

Directory = Annotated[
    str | None,
    typer.Argument(
        metavar="[DIR]", help="A folder that holds migrations/; else ./supabase.", show_default=False
    ),
]
Target = Annotated[
    str | None, typer.Option(help="Only what is pending there, on a copy of it.", show_default=False)
]
Baseline = Annotated[
    Path | None,
    typer.Option(help="SQL that comes before the first migration; else baseline.sql.", show_default=False),
]


def command(
    directory: Directory = None,
    *,
    target: Target = None,
    baseline: Baseline = None,
    settings: SettingsFile = None,
    json: Json = False,
) -> int:
    """Plan, review, rehearse up and down, and smoke-test the migrations of a checkout; touches no target."""
    return run(directory, target, baseline, settings, as_json=json, with_review=True)


def run(
    directory: str | None,
    target: str | None,
    baseline: Path | None,
    settings: Path | None,
    *,
    as_json: bool,
    with_review: bool,
) -> int:
    """Check and tell; `with_review=False` leaves the rules over the text out."""
    from orchestrator.actions.choosing import choose_folder
    from orchestrator.domain.finding import Verdict

    output = Output(as_json=as_json)
    with output.waiting() as tell_progress:
        check = checked(
            choose_folder(directory),
            target,
            baseline,
            settings,
            with_review=with_review,
            tell=tell_progress,
        )
    if as_json:
        from orchestrator.cli.report.check_json import check_value

        output.result(check_value(check))
    else:
        from orchestrator.cli.report.check_text import tell

        tell(output, check, target=target)
    return 0 if check.report.verdict is Verdict.PASS else 1


def checked(
    chosen: "Chosen",
    target: str | None,
    baseline: Path | None,
    settings: Path | None,
    *,
    with_review: bool,
    tell: Callable[[str], None],
) -> "Check":
    """Check a folder; `tell` hears how far it is."""
    from orchestrator.actions import asking
    from orchestrator.actions.checking import check_files, check_for_target
    from orchestrator.cli.options import opened, scratch_alone

    if target is not None and baseline is not None:
        raise typer.BadParameter("is what a target has already: name one of both", param_hint="--baseline")
    if target is None:
        from orchestrator.adapters.squawk import Squawk
        from orchestrator.validation.rules import MARKS

        with scratch_alone() as scratch:
            return check_files(
                chosen,
                linter=Squawk(MARKS),
                scratch=scratch,
                baseline=baseline,
                with_review=with_review,
                tell=tell,
            )
    with opened(settings) as house:
        policy = asking.policy_of(target, house.policies)
        with house.targets.reading(target) as reader:
            return check_for_target(
                chosen,
                policy=policy,
                linter=house.linter,
                reader=reader,
                scratch=house.scratch,
                with_review=with_review,
                tell=tell,
            )
