"""Openings that are meant: what the settings declare, and comments on policies.

A comment declares what its policy admits in a line of its own: `bascule: intended because prices are public`.
It vouches for what was open when it was written; what a later deployment opens further it does not excuse.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from orchestrator.domain.declaration import DECLARED, OURS, because_in, printable
from orchestrator.domain.matrix import ExposedRelation, Matrix, Policy
from orchestrator.domain.opening import Opening

_EVERYBODY: Final = "public"


def openings_of(
    matrix: Matrix, earlier: Mapping[str, ExposedRelation], given: Sequence[Opening]
) -> tuple[Opening, ...]:
    """Return what the settings declare, and after it what comments on policies do.

    While row security is off no policy opens anything, so no comment excuses it.
    """
    names = {relation.name for relation in matrix.relations}
    gone = [relation for name, relation in earlier.items() if name not in names]
    commented = (
        opening
        for relation in matrix.relations
        if relation.row_security
        for opening in _commented(relation, _said(earlier.get(relation.name), gone))
    )
    return (*given, *commented)


def misread(relation: ExposedRelation) -> Iterator[tuple[Policy, str]]:
    """Yield the lines of comments that are for us and say nothing that we know."""
    for policy in relation.policies_in_full:
        for line in OURS.findall(policy.comment or ""):
            if DECLARED.fullmatch(line) is None:
                yield policy, printable(line.strip())


def about(object_name: str, openings: Iterable[Opening]) -> tuple[Opening, ...]:
    """Return the openings of one object."""
    return tuple(opening for opening in openings if opening.object == object_name)


def _commented(relation: ExposedRelation, said: frozenset[str] | None) -> Iterator[Opening]:
    for policy in relation.policies_in_full:
        because = because_in(policy.comment)
        if because is not None and policy.permissive:
            yield Opening(
                object=relation.name,
                because=because,
                roles=frozenset() if _EVERYBODY in policy.roles else frozenset(policy.roles),
                commands=frozenset({policy.command}) if policy.command else frozenset(),
                policy=policy.name,
                said_before=said is None or because in said,
            )


def _said(before: ExposedRelation | None, gone: Iterable[ExposedRelation]) -> frozenset[str] | None:
    """Return the reasons that were given before; None: nobody knows, for the comments could not be read.

    A relation that is new may be one that is gone, under another name.
    """
    if before is not None and before.policies and not before.policies_in_full:
        return None
    sources = [before] if before is not None else gone
    policies = (policy for source in sources for policy in source.policies_in_full)
    return frozenset(filter(None, (because_in(policy.comment) for policy in policies)))
