"""`bascule explain`: one rule, for somebody who was just refused."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from orchestrator.cli.options import Json
from orchestrator.cli.output import Output

if TYPE_CHECKING:
    from orchestrator.actions.rulebook import Entry


def command(
    rules: Annotated[
        list[str],
        typer.Argument(
            metavar="RULE...", help="Rules' ids, as findings name them: drop-column.", show_default=False
        ),
    ],
    *,
    json: Json = False,
) -> None:
    """Tell what rules look for, why, and the way out."""
    from orchestrator.actions.rulebook import entry_of
    from orchestrator.cli.rule_words import told

    output = Output(as_json=json)
    entries = [entry_of(rule) for rule in dict.fromkeys(rules)]
    if json:
        values = [{**told(entry), "page": entry.linked(_link)} for entry in entries]
        output.result(values[0] if len(values) == 1 else values)
        return
    for number, entry in enumerate(entries):
        if number:
            output.say("")
        _tell(output, entry)


def _tell(output: Output, entry: "Entry") -> None:
    from orchestrator.cli.markdown import tell_markdown
    from orchestrator.cli.rule_words import severity_text

    severity = severity_text(entry.severity)
    seen_by = f", stage {entry.stage}, source {entry.source}"
    output.say(Text.assemble((entry.rule, "bold"), ": ", severity, seen_by))
    output.say(f"  {entry.condition}.", hang=0)
    output.say(f"  {entry.effect}.", hang=0)
    output.say(Text.assemble("  ", ("do: ", "bold"), entry.remedy), hang=4)
    output.say("")
    tell_markdown(output, entry.linked(_link))
    output.say("")
    tell_markdown(output, _permission(entry))


def _permission(entry: "Entry") -> str:
    """Say in Markdown how to allow it in the SQL and how to set it for a target."""
    if not entry.may_be_set:
        return "It can be neither allowed in the SQL nor set for a target."
    allowed = (
        "Where it is meant, say so in front of the statement, or behind it on its line; with the words "
        "`in this file` before `because` it holds for the whole file:\n\n"
        f"    -- bascule: allow {entry.rule} because REASON"
    )
    return (
        f"{allowed if entry.may_be_allowed else 'It cannot be allowed in the SQL.'}\n\n"
        "What it is on one target stands in the settings (error, warning, note or off):\n\n"
        f'    [targets.NAME.rules]\n    {entry.rule} = "off"'
    )


def _link(text: str, aim: str) -> str:
    """Name a rule by its id, and say after other words where they lead."""
    bare = aim.removeprefix("#")
    return text if text.strip("`") == bare else f"{text} ({bare})"
