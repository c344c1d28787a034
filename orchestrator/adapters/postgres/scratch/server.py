"""A scratch server: a throw-away PostgreSQL on which copies are made."""

from typing import Final, Protocol

#: the superuser of every scratch server
SUPERUSER: Final = "supabase_admin"


class Server(Protocol):
    """One PostgreSQL of our own; nothing on it is of any worth."""

    @property
    def is_ours(self) -> bool:
        """Tell whether we made it; on one that the operator names there might be anybody's databases."""
        ...

    @property
    def major(self) -> int:
        """Its major version."""
        ...

    @property
    def maintenance(self) -> str:
        """The database from which the others are looked after; no target is called like it."""
        ...

    @property
    def stand_ins(self) -> frozenset[str]:
        """Extensions that are only acted."""
        ...

    @property
    def digest(self) -> str:
        """What changes whenever copies have to be made anew: version, environment, stand-ins."""
        ...

    def url(self, database: str, role: str) -> str:
        """Return a libpq URL with the role's password."""
        ...

    def template(self) -> str:
        """Return the database with the Supabase-like environment."""
        ...

    def plain_template(self) -> str:
        """Return the database with nothing in it."""
        ...

    def discard(self) -> None:
        """Throw everything away and begin anew: nobody knows any more what the server holds."""
        ...

    def login(self, role: str) -> None:
        """Let a role connect, with a password that `url` knows."""
        ...
