"""A target's database: looked at, written to under our lock and epoch, adopted."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from orchestrator.domain.adoption import AdoptionState, BaselineRow
from orchestrator.domain.demand import Demand
from orchestrator.domain.deployment import AppliedMigration
from orchestrator.domain.dropped import Guard
from orchestrator.domain.migration import Migration
from orchestrator.domain.obstacle import Obstacle
from orchestrator.domain.plan import HistoryRow
from orchestrator.domain.target import Fence


class Database(Protocol):
    """One open connection inside a transaction that is always undone: something to ask."""

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement, `%(name)s` for parameters, and return its rows. Raises TargetError."""
        ...


class TargetReader(Protocol):
    """A target that is only looked at. Nothing here writes."""

    def history(self) -> tuple[HistoryRow, ...]:
        """Return the applied migrations, oldest version first; empty when there is no history table."""
        ...

    def ours(self) -> frozenset[str]:
        """Return the versions of the history that Bascule wrote; nobody else's is ever rolled back."""
        ...

    def begun(self) -> frozenset[str]:
        """Return the versions whose files run alone, were begun by Bascule and did not come to their end."""
        ...

    def noted(self) -> frozenset[str]:
        """Return the versions of which Bascule's own note is there, whatever the history says."""
        ...

    def half_undone(self) -> frozenset[str]:
        """Return the versions of the history whose rollbacks run alone, were begun and did not end."""
        ...

    def transactions(self, versions: Sequence[str]) -> frozenset[str]:
        """Return the ids of the transactions in which Bascule applied these versions.

        Rows that a migration wrote bear its id as their xmin; what ran outside a transaction left none.
        """
        ...

    def fence(self) -> Fence | None:
        """Return the fence; None when nobody has adopted the target."""
        ...

    def obstacle(self, demand: Demand, *, limit_seconds: float) -> Obstacle | None:
        """Count the rows in the way of a demand and name up to three of them by their primary keys.

        None: nothing is in the way, or what the demand is about is not there yet. What could not be found
        out within the limit, for a lock or a right, is an obstacle that says so. Raises Unavailable when the
        connection breaks.
        """
        ...

    def asking(self) -> AbstractContextManager[Database]:
        """Open a READ ONLY transaction that is always undone."""
        ...

    def probing(self) -> AbstractContextManager[Database]:
        """Open a transaction that may write, and is always undone."""
        ...


class TargetWriter(TargetReader, Protocol):
    """A target under our lock, with the epoch that it minted for us; every write requires that epoch.

    Raises TargetError when the SQL fails (nothing of the migration is committed then), Stale when somebody
    else took over, Unavailable when the connection or a lock could not be had.
    """

    def apply(self, migration: Migration, sql: str) -> AppliedMigration:
        """Run a migration and write its history row, in one transaction.

        A file that runs alone is none: after an error or a crash something of it may be left, which the next
        `apply` of the same file goes on with, or `abandon` clears away as far as can be.
        """
        ...

    def apply_all(
        self, migrations: Sequence[tuple[Migration, str]], check: Callable[[Database], bool]
    ) -> tuple[AppliedMigration, ...]:
        """Run migrations and write their history rows, all in one transaction.

        `check` asks inside it, when all have run; where it says no, nothing is committed and nothing
        returned. It may be asked again, for the whole is repeated when somebody else is in the way. The
        version of the file that failed is among the nouns of a TargetError. A file that runs alone fails.
        """
        ...

    def revert(self, migration: Migration, sql: str, guards: Sequence[Guard] = ()) -> None:
        """Run a rollback and remove the history row, in one transaction; one that runs alone as above.

        In the transaction `guards` look first, under locks that keep others from writing; one that runs
        alone has none. Raises MigrationRefused where one of them finds something.
        """
        ...

    def abandon(self) -> tuple[str, ...]:
        """Clear away what files that run alone left half done on their way up; return their versions."""
        ...


class Adoption(Protocol):
    """A target that is about to be adopted, looked into, or released."""

    def inspect(self, *, exposed_schemas: Sequence[str] = ("public",)) -> AdoptionState:
        """Look at what is there. Writes nothing. Raises TargetError, Unavailable."""
        ...

    def place(
        self, ledger_id: str, rows_to_write: Sequence[BaselineRow] = (), *, take_over: bool = False
    ) -> None:
        """Make history and fence, and write the rows told, in one transaction. Harmless when repeated.

        Raises ConfigurationError: another ledger has it and `take_over` is false, or a right is missing;
        Unavailable: somebody deploys to it right now.
        """
        ...

    def release(self, ledger_id: str) -> None:
        """Remove the fence. Harmless when it is gone already; the history stays. Raises as `place` does."""
        ...


class Targets(Protocol):
    """The databases by their target's name."""

    def reading(self, target: str) -> AbstractContextManager[TargetReader]:
        """Connect to look. Raises ConfigurationError, Unavailable."""
        ...

    def writing(
        self,
        target: str,
        *,
        ledger_id: str,
        allow: Callable[[int], None] | None = None,
        tried: int | None = None,
    ) -> AbstractContextManager[TargetWriter]:
        """Connect, take the target's lock and have it mint an epoch.

        `allow` is told each epoch just before it is minted; what it raises keeps us from writing. Where
        somebody else is in the way of a transaction, the writer waits and tries it again; with `tried`, the
        number of tries that were in vain before, it raises InTheWay instead.
        Raises Unavailable when another session holds the lock, ConfigurationError when the target is not
        adopted or belongs to another ledger.
        """
        ...

    def adopting(self, target: str) -> AbstractContextManager[Adoption]:
        """Connect to inspect, adopt or release. Raises ConfigurationError, Unavailable."""
        ...
