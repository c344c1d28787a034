"""The relay's side of the ledger: wake-ups to publish, what stood still, heads to compare."""

from collections.abc import Callable, Collection, Sequence

from orchestrator.adapters.postgres.ledger.connection import (
    Connection,
    ControlDatabase,
    one,
    speaking_to_the_ledger,
)
from orchestrator.adapters.postgres.ledger.deployments import WORDS, Telling, ask
from orchestrator.adapters.postgres.queries import load
from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.push import Request

_SQL = load("sql/ledger/outbox.sql")

#: what was woken in vain is woken again after so long at the latest
_LONGEST_QUIET_SECONDS = 10.0


class LedgerOutbox:
    """The port Outbox on PostgreSQL. Holds one connection; any number of relays may work side by side."""

    def __init__(self, control: ControlDatabase, telling: Telling) -> None:
        """Connect nowhere yet."""
        self._control = control
        self._telling = telling
        self._listening: Connection | None = None

    def publish(self, send: Callable[[DeploymentId], None]) -> int:
        """Send what is due and forget it, in one transaction; killed in between, it is sent again."""
        connection = self._connection()
        with speaking_to_the_ledger(), connection.transaction():
            rows = connection.execute(_SQL["due"]).fetchall()
            for deployment in dict.fromkeys(row["deployment"] for row in rows if not row["over"]):
                send(DeploymentId(deployment))
            if rows:
                connection.execute(_SQL["published"], {"ids": [row["id"] for row in rows]})
        return len(rows)

    def wait(self, seconds: float) -> None:
        """Wait for news of a wake-up, at most this long."""
        connection = self._connection()
        with speaking_to_the_ledger():
            for _ in connection.notifies(timeout=seconds, stop_after=1):
                pass

    def wake_stalled(self, *, quiet_seconds: float) -> Sequence[DeploymentId]:
        """Wake what stood still although nothing holds it up; one relay at a time does so."""
        connection = self._connection()
        with speaking_to_the_ledger(), connection.transaction():
            if not one(connection.execute(_SQL["one_reconciler"]))["mine"]:
                return ()
            quiet = {"quiet_seconds": quiet_seconds, "longest_quiet_seconds": _LONGEST_QUIET_SECONDS}
            rows = connection.execute(_SQL["wake_stalled"], quiet).fetchall()
            return [DeploymentId(row["deployment"]) for row in rows]

    def send_looks(
        self, send: Callable[[str], None], *, targets: Collection[str], every_seconds: float, at_once: int
    ) -> tuple[str, ...]:
        """Send for a look at what is due, in one transaction; killed in between, it is sent for again."""
        names = {"targets": list(targets), "every_seconds": every_seconds, "at_once": at_once}
        with self._control.transaction() as connection:
            due = tuple(row["name"] for row in connection.execute(_SQL["due_looks"], names))
            for target in due:
                send(target)
        return due

    def followed_heads(self) -> dict[str, str | None]:
        """Return, for each adopted target, the commit that it was last asked for."""
        with self._control.connection() as connection:
            rows = connection.execute(_SQL["followed_heads"], {"words": WORDS})
            return {row["target"]: row["commit"] for row in rows}

    def ask(self, request: Request) -> DeploymentId:
        """Make a deployment for a head that no push told of."""
        with self._control.transaction() as connection:
            return ask(connection, request, self._telling)

    def close(self) -> None:
        """Let the connection go; the next call opens another."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    def _connection(self) -> Connection:
        if self._listening is None or self._listening.closed:
            self._listening = self._control.connect()
            with speaking_to_the_ledger():
                self._listening.execute("listen bascule_wake_up")
        return self._listening
