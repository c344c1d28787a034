"""Hold two matrices against each other: only what got worse is an error."""

from typing import Final

from orchestrator.domain.finding import Finding, worst_first
from orchestrator.domain.matrix import Matrix
from orchestrator.probes import notices
from orchestrator.probes.rules import (
    access_narrowed,
    access_widened,
    anon_writes,
    denied_inside,
    forgotten_grant,
    no_grant,
    policy_error,
    probe_unknown,
    rls_disabled,
    rls_without_policy,
    rows_not_made_up,
    rows_of_others,
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
)


def judge(before: Matrix | None, after: Matrix) -> tuple[Finding, ...]:
    """Return what the rules saw, worst first.

    A relation that is gone is nobody's loss here. Before the first observation `before` is empty, and every
    relation counts as new. None: nobody asks what changed, but what is wrong as it is.
    """
    alone, before = before is None, before or Matrix()
    earlier = by_name(before)
    findings = [
        finding
        for relation in after.relations
        for rule in RULES
        for finding in rule.check(Seen(now=relation, earlier=earlier, alone=alone))
    ]
    noticed = notices.findings(before.notices, after.notices)
    return worst_first(
        [*findings, *probe_unknown.check(after), *rows_not_made_up.check(before, after), *noticed]
    )
