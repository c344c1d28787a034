"""Scratch copies: databases on a throw-away server, on which a deployment is rehearsed."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from orchestrator.domain.facts import Facts
from orchestrator.domain.migration import Migration
from orchestrator.domain.rehearsal import ScratchCopy, StatementTrace
from orchestrator.ports.target import Database


class Play(Protocol):
    """One rehearsal on one copy. Whatever it does is gone when it ends.

    Raises Unavailable when the scratch server is away.
    """

    def apply(self, migration: Migration, sql: str) -> tuple[StatementTrace, ...]:
        """Run a migration as TargetWriter.apply would, and say what each statement did.

        Raises TargetError when the SQL fails, after which only `back_to` may follow; NotInOneTransaction
        where this play is held in one transaction and the file cannot be.
        """
        ...

    def apply_again(self, migration: Migration, sql: str) -> None:
        """Run a migration once more, whose statements have been told of. Raises the same."""
        ...

    def revert(self, migration: Migration, sql: str) -> None:
        """Run a rollback as TargetWriter.revert would. Raises the same."""
        ...

    def works(self, statement: str) -> bool:
        """Carry one statement out, if it can be; undo what a failing one did."""
        ...

    def mark(self, look: Callable[[], None]) -> int:
        """Remember this moment; marks count up from 0.

        `look` is called now, and again whenever the moment has to be made anew to come back to it or to a
        later one: names stay the same then, what the server numbers does not.
        """
        ...

    def back_to(self, mark: int) -> None:
        """Make everything exactly what it was at that moment; later marks are forgotten."""
        ...

    def probing(self) -> AbstractContextManager[Database]:
        """Ask the copy with rows of one's own; whatever is written is undone."""
        ...

    def asking(self) -> AbstractContextManager[Database]:
        """Ask the copy as it stands; what asking changes is undone."""
        ...


class Scratch(Protocol):
    """A throw-away server with copies of targets. Raises Unavailable, ConfigurationError."""

    def copy_of(self, target: str, facts: Facts) -> ScratchCopy:
        """Return a copy of a target whose facts are these; one that was kept, if it still fits.

        Raises CannotCopy where the target's schema cannot be dumped from here.
        """
        ...

    def build(
        self, base: Sequence[tuple[Migration, str]], *, target_major: int | None = None, why: str = ""
    ) -> ScratchCopy:
        """Make a Supabase-like database and carry these files out in it, in order.

        Raises TargetError, which names the file, for the first statement that fails.
        """
        ...

    def playing(self, copy: ScratchCopy, *, together: bool, target: str = "") -> AbstractContextManager[Play]:
        """Open a copy for a rehearsal, with the time limits of a target.

        `together`: hold it in one transaction that is undone at the end.
        """
        ...
