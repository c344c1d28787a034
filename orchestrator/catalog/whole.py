"""Everything that a way back is judged by, as it is at one moment."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from orchestrator.catalog import beyond, facts, holdings, versions
from orchestrator.catalog.facts import Grouped
from orchestrator.domain.facts import Fact, Facts
from orchestrator.ports import Database


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A database as a whole, but for its rows."""

    server_major: int
    #: the facts by whose they are
    grouped: Grouped
    holdings: holdings.Holdings
    beyond: beyond.Beyond
    #: of the rows that all this was read from
    versions: versions.Versions

    @cached_property
    def facts(self) -> Facts:
        """The facts, as facts.read gives them."""
        return facts.together(self.server_major, self.grouped)


def read(database: Database, *, since: Whole | None = None) -> Whole:
    """Look at the database that is open here. Needs no superuser. Raises TargetError.

    `since` is any earlier look at it, or at another clone of the same database on this server: what consists
    of the same versions of rows says the same and is not read again.
    """
    server_major, declared = facts.settle(database)
    now = versions.read(database)
    part = versions.changed(database, since.versions, now) if since else None
    if since is None or part is None:
        return Whole(
            server_major=server_major,
            grouped=facts.grouped(database, declared),
            holdings=holdings.read(database),
            beyond=beyond.read(database),
            versions=now,
        )
    return Whole(
        server_major=server_major,
        grouped=facts.grouped(database, declared, part=part, known=since.grouped),
        holdings=holdings.read(database, part=part, known=since.holdings) if part.keys else since.holdings,
        beyond=beyond.read(database, part=part, known=since.beyond) if part.keys else since.beyond,
        versions=now,
    )


def facts_unlike(before: Whole, after: Whole) -> tuple[list[Fact], list[Fact]]:
    """Return the facts of both moments, but for most of those that are the same."""
    return _unlike(before.grouped, after.grouped)


def own_unlike(before: Whole, after: Whole) -> tuple[list[Fact], list[Fact]]:
    """Return the same with the platform's own objects, which are no facts; without the server's roles."""
    was, now = facts_unlike(before, after)
    platform_was, platform_now = _unlike(before.beyond.platform, after.beyond.platform)
    return [*was, *platform_was], [*now, *platform_now]


def _unlike(before: Grouped, after: Grouped) -> tuple[list[Fact], list[Fact]]:
    keys = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    return (
        [fact for key in keys for fact in before.get(key, ())],
        [fact for key in keys for fact in after.get(key, ())],
    )


def lost(before: Whole, between: Whole, after: Whole, *, kept: Collection[str] = ()) -> tuple[str, ...]:
    """Say what is gone on the way there and back, and which types may not give back what was in them.

    `kept` is as `holdings.narrowed` has it.
    """
    narrowed = holdings.narrowed(before.holdings, between.holdings, kept=kept)
    return (*holdings.gone(before.holdings, after.holdings), *narrowed)
