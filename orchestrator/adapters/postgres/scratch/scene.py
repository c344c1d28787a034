"""Where a play takes place: the names and the rights of its target, for as long as it lasts."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import psycopg
from psycopg import sql

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.scratch import names, note, rights, shared
from orchestrator.adapters.postgres.scratch.roles import Roles, read_roles
from orchestrator.adapters.postgres.scratch.server import Server
from orchestrator.adapters.postgres.scratch.turn import spoilt
from orchestrator.adapters.postgres.target.read import OpenDatabase

_SQL = queries.load("sql/scratch/databases.sql")

#: how a database is called where no target says it: as on a hosted project
USUAL_NAME: Final = "postgres"


class Scene:
    """The server during one play on one copy; only in one's turn."""

    def __init__(self, server: Server, maintenance: psycopg.Connection, copy: str) -> None:
        """Look the copy up. Raises Unavailable where it is gone."""
        found = note.find(maintenance, copy)
        if found is None:
            raise note.gone()
        self._server = server
        self._maintenance = maintenance
        self._copy = copy
        self._roles = found.roles
        self._name = found.roles.database if found.roles else USUAL_NAME
        self._clone = f"play_{copy}"

    @contextmanager
    def copy_itself(self) -> Iterator[str]:
        """Give the name of the copy during a play that is undone."""
        then = self._then()
        if then is None:
            with names.borne(self._maintenance, self._copy, self._name) as name:
                yield name
            return
        shared.write_down(self._maintenance, self._clone)
        try:
            rights.make(self._maintenance, *then, server_major=self._server.major)
            with names.borne(self._maintenance, self._copy, self._name) as name:
                yield name
        finally:
            self._end()

    @contextmanager
    def clones(self) -> Iterator[None]:
        """Allow `fresh_clone`; in the end nothing of what was done in clones is left."""
        self._drop_clone()
        shared.write_down(self._maintenance, self._clone)
        try:
            yield
        finally:
            self._end()

    def fresh_clone(self) -> str:
        """Put a fresh clone in the place of the one before, to which nobody is connected; give its name."""
        self._drop_clone()
        if not shared.put_back(self._maintenance):
            self._server.discard()
            raise spoilt()
        if then := self._then():
            rights.make(self._maintenance, *then, server_major=self._server.major)
        clone_of(self._maintenance, self._copy, self._clone)
        return names.give(self._maintenance, self._clone, self._name)

    def _then(self) -> tuple[Roles, Roles] | None:
        """Return what the roles are and what they have to be; None: they are that."""
        if self._roles is None:
            return None
        there = read_roles(OpenDatabase(self._maintenance, "scratch").rows)
        then = rights.in_a_play(self._roles, there, server_major=self._server.major)
        return (there, then) if rights.differ(there, then) else None

    def _end(self) -> None:
        """Leave the server as the play found it; where the connection is gone, the next turn does that."""
        with suppress(psycopg.Error):
            if self._maintenance.closed:
                return
            self._drop_clone()
            if shared.put_back(self._maintenance):
                shared.strike_out(self._maintenance)
                return
            self._server.discard()

    def _drop_clone(self) -> None:
        names.give_back(self._maintenance)
        statement = sql.SQL("drop database if exists {} with (force)")
        self._maintenance.execute(statement.format(sql.Identifier(self._clone)))


def clone_of(maintenance: psycopg.Connection, copy: str, clone: str) -> None:
    """Clone a copy with what is not inside it: its owner, its privileges and its settings."""
    [(owner,)] = maintenance.execute(_SQL["owner"], {"name": copy}).fetchall()
    create = sql.SQL("create database {} with owner {} template {} strategy file_copy")
    maintenance.execute(create.format(*map(sql.Identifier, (clone, owner, copy))))
    both = {"copy": copy, "clone": clone}
    for (statement,) in maintenance.execute(_SQL["privileges"], both).fetchall():
        maintenance.execute(statement.encode(), prepare=False)
    maintenance.execute(_SQL["settings"], both)
