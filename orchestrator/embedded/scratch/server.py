"""What a throw-away server offers, be it our own or one that the operator named."""

import hashlib
from abc import ABC, abstractmethod
from typing import Final

import psycopg
from psycopg import sql

from orchestrator.domain.errors import ConfigurationError
from orchestrator.embedded.databases import (
    ENVIRONMENT_SCRIPTS,
    MIGRATOR,
    maintenance,
    script,
    set_password,
    supabase_template,
)
from orchestrator.embedded.extensions import digest as digest_of_stand_ins

_ROLES = "scratch_roles.sql"
#: before this version whoever may make roles may do everything
_ROLES_ARE_BOUNDED = 16


#: every server has it, and no target is called like it: while a copy is played it bears its target's name,
#: which most often is `postgres`
MAINTENANCE: Final = "template1"


class ScratchServer(ABC):
    """A throw-away PostgreSQL. Raises Unavailable when it is away, ConfigurationError when it is no use."""

    #: the database from which the others are looked after
    maintenance: str = MAINTENANCE
    #: whether we made it
    is_ours: bool = True
    major: int
    #: names of extensions that are only acted on this server
    stand_ins: frozenset[str]

    @property
    def digest(self) -> str:
        """What changes when the server's version, the environment or the stand-ins change."""
        told = (self.version, digest_of_stand_ins(), *sorted(self.stand_ins))
        scripts = (script(name) for name in (*ENVIRONMENT_SCRIPTS, _ROLES))
        return hashlib.sha256(b"\0".join((*map(str.encode, told), *scripts))).hexdigest()

    @property
    @abstractmethod
    def version(self) -> str:
        """Which server this is, to the minor version."""

    @abstractmethod
    def url(self, database: str, role: str) -> str:
        """Return a libpq URL with the password of the superuser, or of a role that may log in."""

    @abstractmethod
    def password(self, role: str) -> str:
        """Return the superuser's password, or the one that all others share."""

    @abstractmethod
    def discard(self) -> None:
        """Throw everything away and begin anew: nobody knows any more what the server holds."""

    @abstractmethod
    def template(self) -> str:
        """Return the name of the database with the Supabase-like environment; it is made on first use."""

    @abstractmethod
    def login(self, role: str) -> None:
        """Let an ordinary role log in; it is made when it is not there. Raises ConfigurationError.

        Before PostgreSQL 16 it may not make roles.
        """

    def plain_template(self) -> str:
        """Return the name of an empty database."""
        return "template0"

    def _make_template(self) -> str:
        with maintenance(self, MAINTENANCE) as connection:
            name = supabase_template(self, connection, _ROLES)
            self._let_in(connection, MIGRATOR)
            return name

    def _make_login(self, role: str) -> None:
        with maintenance(self, MAINTENANCE) as connection:
            found = connection.execute(script("role.sql"), {"name": role}).fetchone()
            if found is None:
                connection.execute(sql.SQL("create role {}").format(sql.Identifier(role)))
            elif found[0]:
                raise _superuser(role)
            self._let_in(connection, role)

    def _let_in(self, connection: psycopg.Connection, role: str) -> None:
        bounds = "" if self.major >= _ROLES_ARE_BOUNDED else " nocreaterole"
        connection.execute(sql.SQL("alter role {} login" + bounds).format(sql.Identifier(role)))
        set_password(connection, role, self.password(role))


def _superuser(role: str) -> ConfigurationError:
    return ConfigurationError(
        f"role {role} is a superuser on the scratch server: nothing is rehearsed as one",
        code="scratch-role",
        remedy="let the target's URL name an ordinary role, such as postgres on Supabase",
        role=role,
    )
