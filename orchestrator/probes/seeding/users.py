"""The made-up users whose rows are made up, and the ways in which a row may suit policies."""

from dataclasses import dataclass
from typing import Final

from orchestrator.probes.identities import PRIVILEGED, USER_A, USER_B, Identity
from orchestrator.probes.seeding.quoting import literal

#: two who have nothing to do with each other, and one whom tables and claims say to be privileged
USERS: Final = (USER_A, USER_B, PRIVILEGED)

LETTERS: Final = {USER_A.name: "A", USER_B.name: "B", PRIVILEGED.name: "P"}


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Owner:
    """Whose row it is, and in which way it suits what policies ask for: 0 not at all."""

    user: str
    way: int

    @property
    def label(self) -> str:
        """Return what the matrix calls it: A, A1, B2."""
        return f"{LETTERS[self.user]}{self.way or ''}"


def rows_of(identity: Identity) -> str:
    """Return the SQL that the settings give for it, with the ids that it asks for; it gives a row."""
    sql = identity.added.rows if identity.added else ""
    for name, user in (("user", identity), ("user_a", USER_A), ("user_b", USER_B)):
        sql = sql.replace(f"{{{name}}}", literal(user.user))
    return f"{sql}\n;select '{{}}'::pg_catalog.text[]"


def mail_of(user: Identity) -> str:
    """Return the address that the user's token bears."""
    return f"{user.user}@probe.invalid"
