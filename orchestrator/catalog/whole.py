"""Everything that a way back is judged by, as it is at one moment."""

from collections.abc import Collection
from dataclasses import dataclass

from orchestrator.catalog import beyond, facts, holdings
from orchestrator.domain.facts import Fact, Facts
from orchestrator.ports import Database


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A database as a whole, but for its rows."""

    facts: Facts
    holdings: holdings.Holdings
    beyond: beyond.Beyond

    @property
    def own(self) -> tuple[Fact, ...]:
        """Whatever is said of this database, the platform's own objects too; without the server's roles."""
        return (*self.facts.all, *self.beyond.platform)


def read(database: Database) -> Whole:
    """Look at the database that is open here. Needs no superuser. Raises TargetError."""
    return Whole(holdings=holdings.read(database), facts=facts.read(database), beyond=beyond.read(database))


def lost(before: Whole, between: Whole, after: Whole, *, kept: Collection[str] = ()) -> tuple[str, ...]:
    """Say what is gone on the way there and back, and which types may not give back what was in them.

    `kept` is as `holdings.narrowed` has it.
    """
    narrowed = holdings.narrowed(before.holdings, between.holdings, kept=kept)
    return (*holdings.gone(before.holdings, after.holdings), *narrowed)
