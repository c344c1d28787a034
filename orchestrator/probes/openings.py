"""Openings that are meant: what the settings declare, and comments on policies.

A comment declares what its policy admits in a line of its own: `bascule: intended because prices are public`.
It vouches for the policy as it was when that was written, beside the policies of that time: no comment
excuses what a later deployment makes of them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from orchestrator.domain.matrix import ExposedRelation, Matrix, Policy
from orchestrator.domain.opening import Opening

_OURS: Final = re.compile(r"^[ \t]*bascule:(.*)$", re.MULTILINE | re.IGNORECASE)
_DECLARED: Final = re.compile(r"\s*intended\s+because\s+(\S.*?)\s*", re.IGNORECASE)
_EVERYBODY: Final = "public"


def openings_of(
    matrix: Matrix, earlier: Mapping[str, ExposedRelation], given: Sequence[Opening]
) -> tuple[Opening, ...]:
    """Return what the settings declare, and after it what comments on policies do.

    While row security is off no policy opens anything, so no comment excuses it.
    """
    commented = (
        opening
        for relation in matrix.relations
        if relation.row_security
        for opening in _commented(relation, earlier.get(relation.name))
    )
    return (*given, *commented)


def misread(relation: ExposedRelation) -> Iterator[tuple[Policy, str]]:
    """Yield the lines of comments that are for us and say nothing that we know."""
    for policy in relation.policies_in_full:
        for line in _OURS.findall(policy.comment or ""):
            if _DECLARED.fullmatch(line) is None:
                yield policy, line.strip()


def about(object_name: str, openings: Iterable[Opening]) -> tuple[Opening, ...]:
    """Return the openings of one object."""
    return tuple(opening for opening in openings if opening.object == object_name)


def _commented(relation: ExposedRelation, before: ExposedRelation | None) -> Iterator[Opening]:
    was = {policy.name: policy for policy in before.policies_in_full} if before else {}
    moved = [policy for policy in relation.policies_in_full if was.get(policy.name) != policy]
    as_before = set(was.values()).intersection(relation.policies_in_full)
    lifted = [policy for policy in was.values() if not policy.permissive and policy not in as_before]
    for policy in relation.policies_in_full:
        because, then = _because(policy), was.get(policy.name)
        if because is None or not policy.permissive:
            continue
        said_before = then is not None and _because(then) == because
        if said_before and (
            any(_goes_beyond(each, policy) for each in moved) or any(_meet(each, policy) for each in lifted)
        ):
            continue
        yield Opening(
            object=relation.name,
            because=because,
            roles=frozenset() if _EVERYBODY in policy.roles else frozenset(policy.roles),
            commands=frozenset({policy.command}) if policy.command else frozenset(),
            policy=policy.name,
        )


def _because(policy: Policy) -> str | None:
    """Return the reason that a policy's comment gives; None: it declares nothing."""
    for line in _OURS.findall(policy.comment or ""):
        declared = _DECLARED.fullmatch(line)
        if declared is not None:
            return str(declared[1])
    return None


def _goes_beyond(moved: Policy, vouched: Policy) -> bool:
    """Tell whether a policy that is new or changed may admit what a comment was not written for."""
    if moved.name == vouched.name:
        return True
    if not moved.permissive or _because(moved) is not None:
        return False
    return _meet(moved, vouched)


def _meet(one: Policy, other: Policy) -> bool:
    """Tell whether there is a role and a command that both are for."""
    same_role = _EVERYBODY in (*one.roles, *other.roles) or not set(one.roles).isdisjoint(other.roles)
    return same_role and (one.command is None or other.command is None or one.command is other.command)
