"""What both ways of playing have in common: whom they connect as, and how long they wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import psycopg

from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.connect import connection_lost, is_loss
from orchestrator.adapters.postgres.target.failure import server_full

#: who the copies belong to, as the fence in them says
OWNER: Final = "rehearsal"


@dataclass(kw_only=True, slots=True)
class Waiting:
    """How long a scratch server may take; nobody else is there whom one could wait for."""

    deadline: float
    silence_seconds: float
    tick_seconds: float = 1.0

    def tick(self) -> None:
        """Do nothing."""


def address_of(url: str, like: TargetAddress) -> TargetAddress:
    """Return the address of a database on the scratch server, with the limits of the target."""
    return TargetAddress(
        name=like.name,
        url=url,
        sslmode="prefer",
        statement_timeout_seconds=like.statement_timeout_seconds,
        lock_timeout_seconds=like.lock_timeout_seconds,
        lock_tries=1,
        migration_timeout_seconds=like.migration_timeout_seconds,
        application_name="bascule rehearsal",
    )


def carry_out(connection: psycopg.Connection, statements: Sequence[str], target: str) -> None:
    """Run statements of our own. Raises Unavailable when the server is away or full."""
    try:
        for statement in statements:
            connection.execute(statement.encode(), prepare=False)
    except psycopg.Error as error:
        if is_loss(error):
            raise connection_lost(target) from error
        if full := server_full(target, error):
            raise full from error
        raise
