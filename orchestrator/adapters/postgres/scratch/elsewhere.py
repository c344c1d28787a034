"""A target that stands on the server which is to be thrown away."""

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.scratch.server import Server
from orchestrator.adapters.postgres.scratch.turn import connected
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.connect import open_session
from orchestrator.adapters.postgres.target.read import OpenDatabase
from orchestrator.domain.errors import ConfigurationError

_SQL = queries.load("sql/scratch/copies.sql")


def require_elsewhere(server: Server, address: TargetAddress) -> None:
    """Refuse a target on the scratch server itself; one that was not adopted bears no mark of ours.

    Raises ConfigurationError, Unavailable.
    """
    with connected(server) as maintenance:
        scratch = maintenance.execute(_SQL["running"]).fetchall()
    session = open_session(address)
    try:
        target = OpenDatabase(session.connection, address.name).rows(_SQL["running"])
    finally:
        session.connection.close()
    if scratch == target:
        raise ConfigurationError(
            f"target {address.name} is a database of the scratch server, which rehearsals may spoil",
            code="scratch-not-worthless",
            remedy="name a server in service.scratch_url that holds nothing else",
            target=address.name,
        )
