"""The ground that files of tests stand on: one open transaction, of which nothing stays."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from orchestrator.domain.errors import TargetError
from orchestrator.ports import Database
from orchestrator.probes.declared.queries import query

#: names of savepoints that begin like this are ours
OURS: Final = "bascule_"
_ALL: Final = "bascule_declared"
_FILE: Final = "bascule_file"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How long tests may take."""

    statement_seconds: float = 30
    lock_seconds: float = 2
    file_seconds: float = 120
    total_seconds: float = 600


class Late(Exception):
    """The time for a file is over."""


class Session:
    """A connection in a transaction, in which files run one after the other."""

    def __init__(self, database: Database, limits: Limits) -> None:
        """Stand on a transaction that may write, and that its owner undoes."""
        self._database = database
        self._limits = limits
        self._until = 0.0

    def rows(self, sql: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement of ours, or one of a file behind `guard`. Raises TargetError."""
        return self._database.rows(sql, parameters)

    @contextmanager
    def undone(self, name: str) -> Iterator[None]:
        """Undo everything that happens inside, whatever ends it."""
        self.rows(f"savepoint {name}")
        try:
            yield
        finally:
            self.undo(name)

    def undo(self, name: str) -> None:
        """Go back to a savepoint, which is then gone: tables, rows, roles and settings are as they were."""
        self.rows(f"rollback to savepoint {name}")
        self.rows(f"release savepoint {name}")

    @contextmanager
    def everything_undone(self) -> Iterator[None]:
        """Undo what all files did together, what is kept between them included."""
        with self.undone(_ALL):
            yield

    @contextmanager
    def for_a_file(self) -> Iterator["Keeping"]:
        """Give a file its time and its ground; what it did stays only where it is told to."""
        self._until = time.monotonic() + self._limits.file_seconds
        [(before,)] = self.rows(query("before"))
        keeping = Keeping()
        self.rows(f"savepoint {_FILE}")
        try:
            yield keeping
        except BaseException:
            keeping.wanted = False
            raise
        finally:
            if keeping.wanted:
                self.rows(f"release savepoint {_FILE}")
                self._back_to(before)
            else:
                self.undo(_FILE)
            self.rows(query("hand_over"), {"before": before})
            self.rows(query("cleared"))

    def _back_to(self, before: str) -> None:
        """Put back what a new session of psql would not know of: role, settings, temporary tables."""
        self.rows(query("hand_over"), {"before": before})
        self.rows(query("as_before"))
        self.rows("discard temp")

    def guard(self) -> None:
        """Set the limits of the next statement. Raises Late."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise Late
        statement = min(left, self._limits.statement_seconds)
        self.rows(
            query("guard"),
            {
                "statement": f"{max(1, round(statement * 1000))}ms",
                "lock": f"{max(1, round(self._limits.lock_seconds * 1000))}ms",
            },
        )


@dataclass(kw_only=True, slots=True)
class Keeping:
    """Whether what a file did is there for the files behind it."""

    wanted: bool = False


def sqlstate_of(error: TargetError) -> str | None:
    """Return the code that the database gave."""
    code = error.nouns.get("sqlstate")
    return code if isinstance(code, str) else None
