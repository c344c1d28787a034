"""What the ledger keeps for later stages: contents by their digest, and what earlier stages gave."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from pydantic import ValidationError

from orchestrator.adapters.postgres.ledger.codec import decode
from orchestrator.adapters.postgres.ledger.connection import ControlDatabase
from orchestrator.adapters.postgres.queries import load
from orchestrator.domain.adoption import ledger_behind
from orchestrator.domain.deployment import DeploymentId, Stage
from orchestrator.domain.errors import Unavailable
from orchestrator.domain.finding import Finding
from orchestrator.domain.migration import checksum
from orchestrator.domain.plan import Hold, Record

_SQL = load("sql/ledger/kept.sql")
T = TypeVar("T")


class LedgerKept:
    """The port Kept on PostgreSQL."""

    def __init__(self, control: ControlDatabase) -> None:
        """Connect nowhere yet."""
        self._control = control

    def keep(self, contents: Sequence[bytes]) -> None:
        """Send only what is not there yet: most of a commit's files were kept before."""
        by_digest = {checksum(content): content for content in contents}
        with self._control.joined() as connection:
            rows = connection.execute(_SQL["which_are_kept"], {"sha256s": list(by_digest)})
            for row in rows:
                del by_digest[row["sha256"]]
            if by_digest:
                connection.execute(
                    _SQL["keep"], {"sha256s": list(by_digest), "contents": list(by_digest.values())}
                )

    def content(self, sha256s: Sequence[str]) -> dict[str, bytes]:
        """Return kept contents; KeyError when one is missing."""
        with self._control.joined() as connection:
            rows = connection.execute(_SQL["content"], {"sha256s": list(sha256s)})
            found = {row["sha256"]: row["content"] for row in rows}
        return {sha256: found[sha256] for sha256 in sha256s}

    def gave(self, deployment: DeploymentId, stage: Stage, kind: type[T]) -> T:
        """Return what an earlier stage gave."""
        with self._control.joined() as connection:
            row = connection.execute(_SQL["gave"], {"deployment": deployment, "stage": stage}).fetchone()
        if row is None:
            raise KeyError(stage)
        with _of_our_version():
            return decode(row["gave"], kind)

    def findings(self, deployment: DeploymentId, stage: Stage) -> tuple[Finding, ...]:
        """Return what an earlier stage saw."""
        with self._control.joined() as connection:
            row = connection.execute(_SQL["findings"], {"deployment": deployment, "stage": stage}).fetchone()
        with _of_our_version():
            return () if row is None else decode(row["findings"], tuple[Finding, ...])

    def expected(self, target: str) -> str | None:
        """Return the sha256 of the facts that the target should have."""
        with self._control.joined() as connection:
            row = connection.execute(_SQL["expected"], {"target": target}).fetchone()
        return None if row is None else row["facts"]

    def epoch(self, target: str) -> int | None:
        """Return the newest epoch that the target may have minted for us."""
        with self._control.joined() as connection:
            row = connection.execute(_SQL["epoch"], {"target": target}).fetchone()
        return None if row is None else row["epoch"]

    def allow_epoch(self, target: str, epoch: int) -> None:
        """Put on record that the target is about to mint this epoch."""
        with self._control.joined() as connection:
            row = connection.execute(_SQL["allow_epoch"], {"target": target, "epoch": epoch}).fetchone()
        if row is not None and not row["allowed"]:
            raise ledger_behind(target, found=epoch - 1, known=row["known"])

    def recorded(self, target: str) -> dict[str, str]:
        """Return the checksums of what is on the target."""
        with self._control.joined() as connection:
            rows = connection.execute(_SQL["recorded"], {"target": target})
            return {row["version"]: row["sha256"] for row in rows}

    def applied(self, target: str) -> tuple[Record, ...]:
        """Return what is on the target in the order of application, and who brought it there."""
        with self._control.joined() as connection:
            rows = connection.execute(_SQL["applied"], {"target": target})
            return tuple(decode(row, Record) for row in rows)

    def holds(self, target: str) -> tuple[Hold, ...]:
        """Return the holds in force."""
        with self._control.joined() as connection:
            rows = connection.execute(_SQL["holds"], {"target": target})
            return tuple(decode(row, Hold) for row in rows)


@contextmanager
def _of_our_version() -> Iterator[None]:
    """Leave to a newer worker what only that can read: the stage waits and comes again."""
    try:
        yield
    except ValidationError as problem:
        raise Unavailable(
            f"an earlier stage gave what this version cannot read ({problem.title})",
            code="written-by-another-version",
            remedy="nothing to do: a newer worker goes on; upgrade this one",
        ) from None
