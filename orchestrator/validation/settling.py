"""What is left of the findings once authors and operators have had their say."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.permission import Permission, settle
from orchestrator.validation.rules import PLAN_RULES, RULES, permission_invalid, permission_unused
from orchestrator.validation.terms import Terms

_KNOWN = {rule.id: rule for rule in RULES}
_OF_THE_PLAN = {rule.id for rule in PLAN_RULES}


def settled(
    findings: Iterable[Finding], permissions: Sequence[Permission], terms: Terms
) -> Iterator[Finding]:
    """Yield what nobody allowed, as severe as the operator has it, and what is wrong with permissions."""
    lawful = [each for each in permissions if _may(each)]
    left, unused = settle(findings, lawful)
    of_permissions = [
        *(finding for each in permissions if each not in lawful for finding in _invalid(each)),
        *(
            finding
            for each in unused
            if each.rule not in _OF_THE_PLAN
            for finding in permission_unused.RULE.check(each)
        ),
    ]
    for finding in (*left, *of_permissions):
        severity = severity_of(finding, terms)
        if severity is not None:
            yield replace(finding, severity=severity)


def severity_of(finding: Finding, terms: Terms) -> Severity | None:
    """Return what the operator set for a finding's rule, else its own; None when it is switched off."""
    return terms.severities.get(finding.rule, finding.severity)


def _may(permission: Permission) -> bool:
    rule = _KNOWN.get(permission.rule or "")
    return rule is not None and rule.may_be_allowed and permission.reason is not None


def _invalid(permission: Permission) -> Iterator[Finding]:
    rule = permission.rule
    if rule is None or (permission.reason is None and rule in _KNOWN):
        yield from permission_invalid.RULE.check(permission)
        return
    near = difflib.get_close_matches(rule, _KNOWN, n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    unknown = f"There is no rule {rule}{meant}"
    yield permission_invalid.RULE.finding(
        f"{rule} cannot be allowed: the server itself would refuse" if rule in _KNOWN else unknown,
        file=permission.file.path,
        at=permission.file.place(permission.offset),
    )
