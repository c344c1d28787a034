"""What a rule saw: a value, never an exception."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs; only an error refuses."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Source(StrEnum):
    """Who saw it."""

    #: the commit's tree: its files, their names and their syntax trees, held against the history
    TREE = "tree"
    SQUAWK = "squawk"
    STATISTICS = "statistics"
    PREFLIGHT = "preflight"
    REHEARSAL = "rehearsal"
    SMOKE = "smoke"


class Verdict(StrEnum):
    """What a check or a smoke says in one word."""

    PASS = "pass"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that a rule saw, with the way out."""

    #: the rule's id, e.g. "syntax-error"
    rule: str
    severity: Severity
    source: Source
    #: the condition, naming the thing: "policy own on public.orders recurses"
    message: str
    #: what happens if nobody acts
    effect: str = ""
    remedy: str = ""
    #: path in the repository
    file: str | None = None
    #: 1-based
    line: int | None = None
    #: 1-based, in characters
    column: int | None = None
    #: the database object, qualified, e.g. "public.orders"
    object: str | None = None


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """Refuse as soon as one finding is an error."""
    errors = any(finding.severity is Severity.ERROR for finding in findings)
    return Verdict.REFUSE if errors else Verdict.PASS


_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort by severity, then by place."""
    return tuple(
        sorted(
            findings, key=lambda f: (_WEIGHT[f.severity], f.file or "", f.line or 0, f.column or 0, f.rule)
        )
    )
