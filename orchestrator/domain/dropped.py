"""What a rollback is about to drop, delete or overwrite, and how much the live target has in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.domain.errors import MigrationRefused
from orchestrator.domain.obstacle import MOST_ROWS_COUNTED
from orchestrator.domain.shape import Name


@dataclass(frozen=True, kw_only=True, slots=True)
class Dropped:
    """A table whose rows go, or a column whose values do, by the names that they have before the rollback."""

    table: Name
    #: None: the whole table
    column: str | None = None
    #: what deletes or overwrites rows of a table that stays: "DELETE", "ON DELETE CASCADE"; None: what holds
    #: them goes
    by: str | None = None
    #: which rows that statement names: a tuple for each side of OR, in it columns and their values; (): any
    only: tuple[tuple[tuple[str, tuple[str, ...]], ...], ...] = ()

    def __str__(self) -> str:
        place = str(self.table) if self.column is None else f"{self.table}.{self.column}"
        return place if self.by is None else f"{place} ({self.by})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Guard:
    """Looks, inside the transaction of a rollback, that nothing has come into what it drops."""

    #: keeps others from writing to it; None: this role has no right to, and can only look
    lock: str | None
    #: fails by itself (22012) when something is in it
    look: str
    #: what it looks at, for people
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """How many rows or values are there."""

    dropped: Dropped
    #: None: not counted. MOST_ROWS_COUNTED + 1: more than that
    rows: int | None
    #: what the server's statistics say instead; None: they say nothing
    about: int | None = None
    #: why they were not counted
    why: str | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is in it, for certain."""
        return self.rows == 0

    @property
    def headline(self) -> str:
        """Say it in one line: "public.orders: 12 rows"."""
        if self.rows is None:
            guess = "" if self.about is None else f", about {self._words(self.about)} by the statistics"
            return f"{self.dropped}: not counted{guess} ({self.why})"
        more = self.rows > MOST_ROWS_COUNTED
        figure = f"more than {self._words(MOST_ROWS_COUNTED)}" if more else self._words(self.rows)
        return f"{self.dropped}: {figure}"

    def _words(self, number: int) -> str:
        what = "row" if self.dropped.column is None else "value"
        return f"{number:,} {what}{'' if number == 1 else 's'}"


def rows_at_stake(counted: Sequence[Counted], *, what: str, remedy: str) -> MigrationRefused:
    """Say that rows would be lost: "the rollback would drop …: public.orders: 12 rows"."""
    lines = [each.headline for each in counted]
    return MigrationRefused(f"{what}: {'; '.join(lines)}", code="rows-at-stake", remedy=remedy, rows=lines)
