"""What the verbs `rules` and `explain` say about a rule in the same words."""

from typing import Final

from rich.text import Text

from orchestrator.actions.rulebook import Entry
from orchestrator.domain.finding import Severity

#: how a rule is said to be switched off, here as in the settings
OFF: Final = "off"

_STYLE: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "", None: "dim"}


def severity_text(severity: Severity | None) -> Text:
    """Put a severity into its colour; None is a rule that is switched off."""
    return Text(severity or OFF, style=_STYLE[severity])


def told(entry: Entry) -> dict[str, object]:
    """Return an entry for --json, without its page."""
    return {
        "rule": entry.rule,
        "stage": entry.stage,
        "source": entry.source,
        "severity": entry.severity,
        "condition": entry.condition,
        "effect": entry.effect,
        "remedy": entry.remedy,
        "may_be_allowed": entry.may_be_allowed,
        "may_be_set": entry.may_be_set,
    }
