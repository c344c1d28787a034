from collections.abc import Iterator

import pytest

from orchestrator.adapters.postgres.ledger.care import LedgerCare
from orchestrator.adapters.postgres.ledger.claims import LedgerClaims
from orchestrator.adapters.postgres.ledger.connection import ControlDatabase
from orchestrator.adapters.postgres.ledger.deployments import Telling
from orchestrator.adapters.postgres.ledger.kept import LedgerKept
from orchestrator.adapters.postgres.ledger.notifications import LedgerNotifications
from orchestrator.adapters.postgres.ledger.outbox import LedgerOutbox
from orchestrator.adapters.postgres.ledger.pool import ControlPool
from orchestrator.adapters.postgres.ledger.pushes import LedgerReception
from orchestrator.adapters.postgres.ledger.reading import LedgerReading
from orchestrator.adapters.postgres.ledger.schema import upgrade
from orchestrator.domain.deployment import Cause, DeploymentId
from orchestrator.domain.event import EventKind
from orchestrator.domain.push import Receipt, Request

ENDS = ("refused", "failed", "rolled_back", "stuck", "succeeded")
SUBSCRIPTIONS = {"team": frozenset(map(EventKind, ENDS))}


class Ledger:
    """All sides of one ledger, as a test drives them."""

    def __init__(self, url: str) -> None:
        self.control = ControlDatabase(url)
        upgrade(self.control)
        telling = Telling(subscriptions=SUBSCRIPTIONS, public_url="http://page.example")
        self.pool = ControlPool(self.control, size=2)
        self.claims = LedgerClaims(self.control, telling)
        self.kept = LedgerKept(self.control)
        self.care = LedgerCare(self.control, telling)
        self.outbox = LedgerOutbox(self.control, telling)
        self.reading = LedgerReading(self.pool)
        self.reception = LedgerReception(self.pool, telling)
        self.notifications = LedgerNotifications(self.control)
        self._receipts = 0

    def push(self, commit: str, target: str = "staging") -> DeploymentId:
        self._receipts += 1
        receipt = Receipt(repository="app", forge="github", id=f"r{self._receipts}", event="push", body=b"{}")
        return self.reception.store(receipt, [request(commit, target)]).deployments[0]

    def adopt(self, target: str = "staging") -> None:
        self.care.adopt(target, commit="0" * 40, present=(), actor="ada")

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with self.control.connection() as connection:
            return [tuple(row.values()) for row in connection.execute(sql.encode())]

    def close(self) -> None:
        self.outbox.close()
        self.pool.close()
        self.control.close()


def request(commit: str, target: str = "staging") -> Request:
    return Request(
        target=target, repository="app", branch=target, commit=commit, cause=Cause.PUSH, actor="ada"
    )


@pytest.fixture
def ledger(empty_database) -> Iterator[Ledger]:
    it = Ledger(empty_database.url)
    yield it
    it.close()
