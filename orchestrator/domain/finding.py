"""What a rule saw: a value, never an exception."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
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
    #: it was so before the deployment, which therefore is not to blame
    standing: bool = False


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """Refuse as soon as one finding is an error."""
    errors = any(finding.severity is Severity.ERROR for finding in findings)
    return Verdict.REFUSE if errors else Verdict.PASS


_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def weightier(*severities: Severity) -> Severity:
    """Return the one of these that weighs most."""
    return min(severities, key=_WEIGHT.__getitem__)


def as_set(findings: Iterable[Finding], severities: Mapping[str, Severity | None]) -> Iterator[Finding]:
    """Give each finding the severity that the operator set for its rule; None switches it off.

    What was so before weighs no more than it does by itself: it would refuse every deployment from now on.
    """
    for finding in findings:
        severity = severities.get(finding.rule, finding.severity)
        if severity is None:
            continue
        if finding.standing:
            severity = max(severity, finding.severity, key=_WEIGHT.__getitem__)
        yield replace(finding, severity=severity)


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort by severity, then by place."""
    return tuple(
        sorted(
            findings, key=lambda f: (_WEIGHT[f.severity], f.file or "", f.line or 0, f.column or 0, f.rule)
        )
    )
