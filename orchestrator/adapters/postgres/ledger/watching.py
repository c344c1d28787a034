"""What targets should be, and what they were seen to be instead."""

from typing import Any

from orchestrator.adapters.postgres.ledger import deployments
from orchestrator.adapters.postgres.ledger.codec import decode
from orchestrator.adapters.postgres.ledger.connection import Connection, ControlDatabase
from orchestrator.adapters.postgres.ledger.deployments import Telling
from orchestrator.adapters.postgres.queries import load
from orchestrator.domain.difference import headlines, outermost
from orchestrator.domain.drift import Drift, Watched
from orchestrator.domain.event import EventKind
from orchestrator.domain.telling import drift_message

_SQL = load("sql/ledger/watching.sql")

#: headlines of an event; the rest is counted
_TOLD = 20


class LedgerWatching:
    """The port Watching on PostgreSQL."""

    def __init__(self, control: ControlDatabase, telling: Telling) -> None:
        """Connect nowhere yet."""
        self._control = control
        self._telling = telling

    def watched(self, target: str) -> Watched:
        """Return what is on record for a target."""
        with self._control.joined() as connection:
            row = connection.execute(_SQL["watched"], {"target": target}).fetchone()
        return Watched(adopted=False) if row is None else decode(row, Watched)

    def saw(self, target: str, drift: Drift, *, since: Watched) -> bool:
        """Record what a comparison showed; the same drift is told once."""
        with self._control.transaction() as connection:
            row = _still(connection, target, since)
            # who looked earlier and comes later has nothing to tell any more
            if row is None or row["drift"] != since.told:
                return False
            if not drift.changes and row["drifted"] is not None:
                connection.execute(_SQL["as_recorded"], {"target": target})
                deployments.append_event(connection, EventKind.DRIFT_ENDED, target=target)
            if drift.changes and row["drift"] != drift.key:
                connection.execute(_SQL["drifted"], {"target": target, "drift": drift.key})
                self._tell(connection, target, drift)
            return True

    def accept(self, target: str, facts: str, drift: Drift, *, since: Watched, actor: str) -> bool:
        """Put these facts on record as what the target should have."""
        with self._control.transaction() as connection:
            if _still(connection, target, since) is None:
                return False
            connection.execute(_SQL["accept"], {"target": target, "facts": facts})
            detail = _detail(drift)
            deployments.append_event(
                connection, EventKind.DRIFT_ACCEPTED, target=target, actor=actor, detail=detail
            )
            return True

    def _tell(self, connection: Connection, target: str, drift: Drift) -> None:
        detail = _detail(drift)
        event = deployments.append_event(connection, EventKind.DRIFTED, target=target, detail=detail)
        message = drift_message(target, drift, event["at"])
        deployments.notify(connection, event, EventKind.DRIFTED, message, self._telling)


def _still(connection: Connection, target: str, since: Watched) -> dict[str, Any] | None:
    """Take the target's row if it is as it was looked at; None: what was seen may be a deployment's work."""
    names = {"target": target, "facts": since.facts, "since": since.since, "closed_by": since.closed_by}
    return connection.execute(_SQL["still_watched"], names).fetchone()


def _detail(drift: Drift) -> dict[str, object]:
    return {
        "changes": len(outermost(drift.changes)),
        "headlines": list(headlines(drift.changes, _TOLD)),
    }
