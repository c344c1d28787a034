"""What forges told us, as people look at it afterwards."""

from typing import Protocol

from orchestrator.domain.push import Heard


class Deliveries(Protocol):
    """The deliveries that the ledger has. Raises Unavailable."""

    def newest(self, *, repository: str | None = None, limit: int = 20) -> tuple[Heard, ...]:
        """Return the newest first."""
        ...

    def one(self, number: int) -> Heard | None:
        """Return the delivery of this number."""
        ...
