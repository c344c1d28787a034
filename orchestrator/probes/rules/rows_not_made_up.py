"""Tables for which no rows could be made up: what their policies let through is not known."""

from collections import defaultdict
from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.matrix import ExposedRelation, Matrix
from orchestrator.probes.seen import by_name

RULE = "rows-not-made-up"

_SHOWN = 3


def check(before: Matrix, after: Matrix) -> Iterator[Finding]:
    """Yield a warning for each reason, a note where it was so before."""
    earlier = by_name(before)
    reasons: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for relation in after.relations:
        if relation.unseeded:
            reasons[relation.unseeded, _was_so(earlier.get(relation.name))].append(relation.name)
    for (reason, was_so), names in reasons.items():
        yield _finding(reason, names, was_so=was_so)


def _was_so(before: ExposedRelation | None) -> bool:
    return before is not None and bool(before.unseeded)


def _finding(reason: str, names: list[str], *, was_so: bool) -> Finding:
    more = len(names) - _SHOWN
    shown = ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return Finding(
        rule=RULE,
        severity=Severity.NOTE if was_so else Severity.WARNING,
        source=Source.SMOKE,
        message=f"no row could be made up for {shown}: {reason}",
        effect="which rows its policies let through was not tried; the catalog's answers stand",
        remedy="declare rows for it in supabase/tests/rls.yaml",
        object=names[0] if len(names) == 1 else None,
        standing=was_so,
    )
