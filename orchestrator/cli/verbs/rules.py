"""`bascule rules`: every rule, what it weighs, and what it looks for."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.text import Text

from orchestrator.cli.options import Json, SettingsFile
from orchestrator.cli.output import Output

if TYPE_CHECKING:
    from orchestrator.actions.rulebook import Entry
    from orchestrator.domain.finding import Severity

_WIDEST_SEVERITY = len("warning")
_WIDEST_SOURCE = len("statistics")

#: says what a rule is where it is asked about; None: switched off
SeverityOf = Callable[["Entry"], "Severity | None"]


def command(
    *,
    stage: Annotated[
        Literal["checkout", "plan", "validate", "observe", "rehearse", "smoke"] | None,
        typer.Option(help="Only the rules of this stage.", show_default=False),
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="Tell what each rule is on this target.", show_default=False)
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print docs/rules.md: all rules with their pages.")
    ] = False,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """List the rules: what each weighs, and what it looks for."""
    from orchestrator.actions.rulebook import rulebook

    if markdown:
        _print_page(alone=not (stage or target or json))
        return
    output = Output(as_json=json)
    severity_of = _severities(target, settings)
    entries = [entry for entry in rulebook() if stage in (None, entry.stage)]
    if json:
        _tell_json(output, entries, severity_of if target else None)
    else:
        _tell(output, entries, severity_of)


def _print_page(*, alone: bool) -> None:
    from orchestrator.actions.rulebook import rulebook
    from orchestrator.cli.rules_page import rules_page

    if not alone:
        raise typer.BadParameter("holds all rules as they are everywhere", param_hint="--markdown")
    sys.stdout.write(rules_page(rulebook()))


def _severities(target: str | None, settings: Path | None) -> SeverityOf:
    if target is None:
        return lambda entry: entry.severity
    import os

    from orchestrator.actions.asking import policy_of
    from orchestrator.actions.rulebook import severity_on
    from orchestrator.settings import load

    policies = {name: one.policy for name, one in load(settings, os.environ).targets.items()}
    policy = policy_of(target, policies)
    return lambda entry: severity_on(entry, policy)


def _tell_json(output: Output, entries: Sequence["Entry"], severity_of: SeverityOf | None) -> None:
    from orchestrator.cli.rule_words import OFF, told

    if severity_of is None:
        output.result([told(entry) for entry in entries])
    else:
        output.result([{**told(entry), "severity_on_target": severity_of(entry) or OFF} for entry in entries])


def _tell(output: Output, entries: Sequence["Entry"], severity_of: SeverityOf) -> None:
    """Give each rule two lines: together they fit 80 columns."""
    from orchestrator.actions.rulebook import stages

    widest = max(len(entry.rule) for entry in entries)
    for stage in stages(entries):
        output.say(Text(f"stage {stage}", style="bold"))
        for entry in entries:
            if entry.stage is stage:
                line = Text.assemble("  ", (f"{entry.rule:<{widest}}", "bold"), "  ")
                output.say(line + _standing(entry, severity_of(entry)))
                output.say(f"      {entry.condition}", hang=0)


def _standing(entry: "Entry", severity: "Severity | None") -> Text:
    from orchestrator.cli.rule_words import severity_text

    usual = () if severity is entry.severity else (f"usually {entry.severity}",)
    never = () if entry.may_be_allowed else ("cannot be allowed",)
    line = severity_text(severity)
    line.pad_right(max(0, _WIDEST_SEVERITY - len(line)))
    return line + Text(f"  {entry.source:<{_WIDEST_SOURCE}}  {', '.join((*usual, *never))}", style="dim")
