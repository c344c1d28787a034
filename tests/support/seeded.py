"""Probing with made-up rows inside a transaction that is open already, so that faults can be undone."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import psycopg

from orchestrator.adapters.postgres.target.read import OpenDatabase
from orchestrator.domain.added_identity import AddedIdentity
from orchestrator.domain.matrix import Cell, Matrix
from orchestrator.ports import Database
from orchestrator.probes.matrix import ask
from orchestrator.probes.seeding.seeded import Limits, seed_and_try


def within(connection: psycopg.Connection) -> Callable[[], AbstractContextManager[Database]]:
    """Open a savepoint in place of a transaction."""

    @contextmanager
    def opening() -> Iterator[Database]:
        connection.execute("savepoint probing")
        try:
            yield OpenDatabase(connection, "staging")
        finally:
            connection.execute("rollback to savepoint probing; release savepoint probing")

    return opening


def probed(
    connection: psycopg.Connection,
    schemas: Sequence[str],
    *,
    changed: Collection[tuple[str, str]] | None = None,
    limits: Limits | None = None,
    on_copy: bool = False,
    identities: Sequence[AddedIdentity] = (),
) -> Matrix:
    """Ask the planner, then try with made-up rows; `on_copy`: nobody else is there."""
    opening = within(connection)
    with opening() as database:
        matrix = ask(database, schemas, identities=identities)
    return seed_and_try(
        opening, matrix, changed=changed, limits=limits, on_copy=on_copy, identities=identities
    )


def cells_of(matrix: Matrix, name: str) -> frozenset[Cell]:
    """Return one relation's cells without the server's words; none where it is not there."""
    return frozenset(
        replace(cell, reason=None)
        for relation in matrix.relations
        if relation.name == name
        for cell in relation.cells
    )
