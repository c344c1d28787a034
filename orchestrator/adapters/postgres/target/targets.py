"""The targets' databases by name."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.adoption import Adoption
from orchestrator.adapters.postgres.target.connect import open_session
from orchestrator.adapters.postgres.target.lock import TargetLock
from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.adapters.postgres.target.write import Writer
from orchestrator.domain.errors import ConfigurationError


class PostgresTargets:
    """Opens connections to targets: one to look, at most two to write."""

    def __init__(self, addresses: Iterable[TargetAddress]) -> None:
        """Nothing is connected before it is asked for."""
        self._addresses = {address.name: address for address in addresses}

    @contextmanager
    def reading(self, target: str) -> Iterator[Reader]:
        """Connect to look. Raises ConfigurationError, Unavailable."""
        session = open_session(self._address(target))
        try:
            yield Reader(session.connection, target)
        finally:
            session.connection.close()

    @contextmanager
    def writing(
        self,
        target: str,
        *,
        ledger_id: str,
        allow: Callable[[int], None] | None = None,
        tried: int | None = None,
    ) -> Iterator[Writer]:
        """Connect, take the target's lock and have it mint an epoch.

        `allow` is told each epoch just before it is minted; what it raises keeps us from writing. For `tried`
        see the port.
        Raises Unavailable when another session holds the lock, ConfigurationError when the target is not
        adopted or belongs to another ledger.
        """
        address = self._address(target)
        lock = TargetLock(address, owner=ledger_id, allow=allow)
        try:
            lock.take()
            writer = Writer(address, lock, owner=ledger_id, tried=tried)
            try:
                yield writer
            finally:
                writer.close()
        finally:
            lock.release()

    @contextmanager
    def adopting(self, target: str) -> Iterator[Adoption]:
        """Connect to inspect, adopt or release. Raises ConfigurationError, Unavailable."""
        session = open_session(self._address(target))
        try:
            yield Adoption(session.connection, target)
        finally:
            session.connection.close()

    def _address(self, target: str) -> TargetAddress:
        try:
            return self._addresses[target]
        except KeyError:
            raise ConfigurationError(
                f"there is no target {target} in the settings",
                code="target-unknown",
                remedy=f"known targets: {', '.join(sorted(self._addresses)) or 'none'}",
                target=target,
            ) from None
