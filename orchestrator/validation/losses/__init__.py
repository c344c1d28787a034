"""Rows that a migration and its way back would lose or leave behind, as far as the statements tell.

Judged in a world on paper, never by rows: a copy without rows would lose nothing. What was dropped, and types
that lose values, the catalog shows (catalog/holdings.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.domain.shape import Shape
from orchestrator.validation.losses.notes import Told
from orchestrator.validation.losses.way import Way
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.world.effects import carry_out
from orchestrator.validation.world.world import World


@dataclass(frozen=True, kw_only=True)
class Losses:
    """What would become of rows; one line each."""

    #: what was there before and does not come back
    lost: tuple[str, ...] = ()
    #: what was not there before and stays
    left: tuple[str, ...] = ()
    #: what may change rows, and cannot be read beforehand
    unseen: tuple[str, ...] = ()
    #: columns such as "public.orders.placed_at" whose type changes in words that lose nothing there and back,
    #: although the two types alone would not say so
    kept: frozenset[str] = frozenset()


def losses(up: SqlText, down: SqlText | None, shape: Shape | None) -> Losses:
    """Say what would become of rows when a migration and then its rollback ran. Never raises for any text.

    `shape` is what is there before the migration. Without one nothing is known of that: whatever the
    migration does not make itself was there.
    """
    world = World(shape)
    world.begin_review()
    forth = Way(world, is_known=shape is not None)
    forth.read(up)
    if down is None:
        return Losses(
            lost=_lines(forth.notes.lost),
            left=_lines(forth.notes.inserted),
            unseen=_unique(forth.notes.unseen),
        )
    back = Way(world, is_known=shape is not None, forth=forth)
    back.read(down)
    removed = {name for each in back.notes.emptied for name in each.names}
    left = [each for each in forth.notes.inserted if removed.isdisjoint(each.names) and each.rows != []]
    return Losses(
        lost=_lines([*forth.notes.lost, *back.notes.lost]),
        left=_lines([*left, *back.notes.inserted]),
        unseen=_unique([*forth.notes.unseen, *back.notes.unseen]),
        kept=frozenset(forth.in_utc & back.in_utc),
    )


def shape_after(up: SqlText, shape: Shape) -> Shape | None:
    """Return what is there after a migration, on paper; None where that is not certain."""
    world = World(shape)
    world.begin_file(reads_in_part=up.is_read_in_part)
    for _, change in up.changes:
        carry_out(change, world)
    if up.is_read_in_part or not world.whole or world.doubtful or world.opaque:
        return None
    return world.shape()


def _lines(told: Iterable[Told]) -> tuple[str, ...]:
    return _unique(each.words for each in told)


def _unique(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(lines))
