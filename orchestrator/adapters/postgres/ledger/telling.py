"""Puts the facts of an outcome together, from the rows of the transaction in which it is recorded."""

from datetime import datetime

from orchestrator.adapters.postgres.ledger.codec import decode
from orchestrator.adapters.postgres.ledger.connection import Connection
from orchestrator.adapters.postgres.queries import load
from orchestrator.domain.deployment import Deployment, StageRun
from orchestrator.domain.event import EventKind, Message
from orchestrator.domain.telling import message_of

_SQL = load("sql/ledger/reading.sql")


def message_about(
    connection: Connection, ended: Deployment, kind: EventKind, at: datetime, public_url: str
) -> Message | None:
    """Make the message about an ended deployment; None when there is nothing worth telling."""
    rows = connection.execute(_SQL["runs"], {"deployment": ended.id}).fetchall()
    return message_of(ended, [decode(row, StageRun) for row in rows], kind, at, public_url)
