"""Hold two matrices against each other: only what got worse is an error."""

from collections.abc import Sequence
from typing import Final

from orchestrator.domain.finding import Finding, worst_first
from orchestrator.domain.matrix import Matrix
from orchestrator.domain.opening import Opening
from orchestrator.probes import notices
from orchestrator.probes.openings import about, openings_of
from orchestrator.probes.rules import (
    access_narrowed,
    access_widened,
    anon_writes,
    denied_inside,
    forgotten_grant,
    identity_unfit,
    no_grant,
    opening_intended,
    opening_invalid,
    opening_unused,
    policy_error,
    probe_unknown,
    rls_disabled,
    rls_without_policy,
    rows_not_made_up,
    rows_of_others,
    self_promotion,
    view_bypasses_rls,
)
from orchestrator.probes.seen import Seen, by_name

#: rules about one relation at two moments
RULES: Final = (
    rls_disabled,
    policy_error,
    anon_writes,
    rows_of_others,
    view_bypasses_rls,
    access_widened,
    access_narrowed,
    denied_inside,
    forgotten_grant,
    no_grant,
    rls_without_policy,
    opening_intended,
    opening_invalid,
)


def judge(before: Matrix | None, after: Matrix, *, openings: Sequence[Opening] = ()) -> tuple[Finding, ...]:
    """Return what the rules saw, worst first; `openings` are what the settings declare as meant.

    A relation that is gone is nobody's loss here. Before the first observation `before` is empty, and every
    relation counts as new. None: nobody asks what changed, but what is wrong as it is.
    """
    alone, before = before is None, before or Matrix()
    earlier = by_name(before)
    meant = openings_of(after, earlier, openings)
    sights = (
        Seen(now=each, earlier=earlier, alone=alone, openings=about(each.name, meant))
        for each in after.relations
    )
    findings = [finding for seen in sights for rule in RULES for finding in rule.check(seen)]
    return worst_first(
        [
            *findings,
            *probe_unknown.check(after),
            *identity_unfit.check(after),
            *rows_not_made_up.check(before, after),
            *self_promotion.check(before, after, openings=meant),
            *opening_unused.check(after, openings),
            *notices.findings(before, after, openings=meant),
        ]
    )
