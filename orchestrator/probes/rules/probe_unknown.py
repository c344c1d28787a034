"""Questions that were not answered: nothing is known there, and that is said."""

from collections import defaultdict
from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.matrix import CellResult, Matrix
from orchestrator.probes.words import who

RULE = "probe-unknown"

_SHOWN = 3


def check(matrix: Matrix) -> Iterator[Finding]:
    """Yield a warning for each reason, with the identities and relations that it concerns."""
    relations: dict[str, list[str]] = defaultdict(list)
    identities: dict[str, list[str]] = defaultdict(list)
    for relation in matrix.relations:
        for cell in relation.cells:
            if cell.result is CellResult.UNKNOWN:
                relations[cell.reason or ""].append(relation.name)
                identities[cell.reason or ""].append(cell.identity)
    for reason, names in relations.items():
        yield _finding(reason, list(dict.fromkeys(names)), list(dict.fromkeys(identities[reason])))


def _finding(reason: str, relations: list[str], identities: list[str]) -> Finding:
    more = len(relations) - _SHOWN
    shown = ", ".join(relations[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return Finding(
        rule=RULE,
        severity=Severity.WARNING,
        source=Source.SMOKE,
        message=f"what {who(identities)} may do with {shown} is not known: {reason}",
        effect="a change for the worse would go unnoticed there",
        remedy="for a role that may not be taken on: grant anon, authenticated, service_role to <our user>; "
        "for a lock or a time limit: ask again when the database is less busy",
        object=relations[0] if len(relations) == 1 else None,
    )
