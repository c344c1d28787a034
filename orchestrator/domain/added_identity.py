"""An identity that the settings add to those as which smoke tests ask."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class AddedIdentity:
    """Somebody who signs in: an administrator, a partner, a member of a tenant."""

    #: as it stands in the matrix
    name: str
    #: the database role that its token leads to
    role: str = "authenticated"
    #: a JSON object: claims that are laid over those that every token has
    claims: str = "{}"
    #: SQL that gives it the rows that make it what it is, {user} being its id; empty: claims do
    rows: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class UnfitIdentity:
    """One that could not be asked as it is meant."""

    name: str
    #: in which way
    reason: str
