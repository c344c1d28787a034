"""What is left of the findings once authors and operators have had their say."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from orchestrator.domain.finding import Finding, Severity, as_set
from orchestrator.validation.permission import Permission, settle
from orchestrator.validation.rule import AnyRule
from orchestrator.validation.rules import (
    LINT_RULES,
    PLAN_RULES,
    REHEARSAL_RULES,
    RULES,
    permission_invalid,
    permission_unused,
)
from orchestrator.validation.terms import Terms

_KNOWN = {rule.id: rule for rule in RULES}
_OF_THE_PLAN = {rule.id for rule in PLAN_RULES}
_OF_THE_REHEARSAL = {rule.id for rule in REHEARSAL_RULES}


def settled(
    findings: Iterable[Finding], permissions: Sequence[Permission], terms: Terms, *, with_linter: bool
) -> Iterator[Finding]:
    """Yield what nobody allowed, as severe as the operator has it, and what is wrong with permissions.

    A permission for a rule that could not speak (no linter, no target) is not called unused.
    """
    left, unused = settle(findings, [each for each in permissions if _may(each)])
    of_permissions = chain(
        chain.from_iterable(_invalid(each) for each in permissions if not _may(each)),
        _unused(
            (each for each in unused if _spoke(_KNOWN[each.rule or ""], terms, with_linter=with_linter)),
            on_target=terms.survey is not None,
        ),
    )
    return as_set((*left, *of_permissions), terms.severities)


def settled_plan(
    findings: Iterable[Finding], permissions: Sequence[Permission], severities: Mapping[str, Severity | None]
) -> Iterator[Finding]:
    """Do the same for the findings of the plan; permissions for other rules are the review's business."""
    own = [each for each in permissions if each.rule in _OF_THE_PLAN and _may(each)]
    left, unused = settle(findings, own)
    return as_set((*left, *_unused(unused)), severities)


def settled_rehearsal(
    findings: Iterable[Finding], permissions: Sequence[Permission], terms: Terms, *, to_the_end: bool
) -> Iterator[Finding]:
    """Do the same for the findings of a rehearsal.

    It may speak by a rule of the plan, too (rollback-missing): then a permission counts that the plan has
    judged. One that did not come `to_the_end` does not know what is not needed.
    """
    own = [each for each in permissions if _may(each)]
    left, unused = settle(findings, own)
    needless = [each for each in unused if each.rule in _OF_THE_REHEARSAL] if to_the_end else ()
    told = _unused(needless, on_target=terms.survey is not None)
    return as_set((*left, *told), terms.severities)


def _unused(permissions: Iterable[Permission], *, on_target: bool = False) -> Iterator[Finding]:
    check = permission_unused.on_target if on_target else permission_unused.RULE.check
    return chain.from_iterable(map(check, permissions))


def _spoke(rule: AnyRule, terms: Terms, *, with_linter: bool) -> bool:
    if rule in PLAN_RULES or rule in REHEARSAL_RULES or (rule.needs_target and terms.survey is None):
        return False
    return with_linter or rule not in LINT_RULES


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
