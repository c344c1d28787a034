"""Who asks: the API's roles as PostgREST would take them on, two signed-in users among them.

The two users are made up. Nothing is stored for them; policies see their ids in the claims.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from orchestrator.domain.added_identity import AddedIdentity


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """A database role with the claims of the token that leads to it."""

    #: as it stands in the matrix
    name: str
    role: str
    #: the `sub` claim; empty for who is not a user
    user: str = ""
    #: further claims, by their path in the token
    further: tuple[tuple[tuple[str, ...], str], ...] = ()
    #: what the settings say of it; None: it is one of ours
    added: AddedIdentity | None = None

    @property
    def claims(self) -> str:
        """The token's claims as JSON. The claim `role` is always there: auth.role() is NULL without it."""
        claims: dict[str, Any] = {"role": self.role, "aud": self.role}
        claims |= _user_claims(self.user) if self.user else {}
        for path, value in self.further:
            *outer, last = path
            within = claims
            for name in outer:
                within = within.setdefault(name, {})
            within[last] = value
        return json.dumps(_laid_over(claims, json.loads(self.added.claims)) if self.added else claims)


def _laid_over(claims: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Put one object over another, and so the objects in it."""
    both = {
        key: _laid_over(claims[key], value)
        for key, value in more.items()
        if isinstance(value, Mapping) and isinstance(claims.get(key), Mapping)
    }
    return {**claims, **more, **both}


def _user_claims(user: str) -> dict[str, Any]:
    return {
        "sub": user,
        "email": f"{user}@probe.invalid",
        "phone": "",
        "app_metadata": {"provider": "email", "providers": ["email"]},
        "user_metadata": {},
        "aal": "aal1",
        "amr": [{"method": "password", "timestamp": 0}],
        "session_id": user,
        "is_anonymous": False,
    }


#: where the ids of those begin that the settings add
_FIRST: Final = 0xD000

ANON: Final = Identity(name="anon", role="anon")
USER_A: Final = Identity(name="user_a", role="authenticated", user="0b5c01e0-0000-4000-8000-00000000000a")
USER_B: Final = Identity(name="user_b", role="authenticated", user="0b5c01e0-0000-4000-8000-00000000000b")
#: signed in, and whatever tables and claims can make of a user: administrator, staff, member of everything
PRIVILEGED: Final = Identity(
    name="privileged", role="authenticated", user="0b5c01e0-0000-4000-8000-00000000000c"
)
SERVICE_ROLE: Final = Identity(name="service_role", role="service_role")

IDENTITIES: Final = (ANON, USER_A, USER_B, SERVICE_ROLE)

#: whoever holds the public key of a project can be one of these
CLIENTS: Final = frozenset({ANON.name, USER_A.name, USER_B.name})

#: roles that are no member of one another
_APART: Final = frozenset(identity.role for identity in IDENTITIES)

#: names that the settings cannot give to another one
OURS: Final = frozenset({identity.name for identity in IDENTITIES} | {PRIVILEGED.name})


def added(declared: Sequence[AddedIdentity]) -> tuple[Identity, ...]:
    """Return the identities that the settings add; who signs in as a user's role has an id of its own."""
    return tuple(
        Identity(
            name=each.name,
            role=each.role,
            user=""
            if each.role in (ANON.role, SERVICE_ROLE.role)
            else f"0b5c01e0-0000-4000-8000-{_FIRST + number:012x}",
            added=each,
        )
        for number, each in enumerate(declared)
    )


def may_be_for(roles: Iterable[str], role: str) -> bool:
    """Tell whether what is for these roles may be for this one: of others it may be a member."""
    return not set(roles) <= _APART - {role}
