"""How many tables share a transaction: a server keeps a bounded number of locks for all its sessions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

from orchestrator.ports import Database
from orchestrator.probes.seeding.ground import Ground, Table
from orchestrator.probes.seeding.order import Order

#: tables in one transaction, whatever they weigh
_MOST: Final = 60
#: a transaction takes no more than this part of all locks, a table that weighs more by itself this one
_SHARE: Final = 10
_SHARE_ALONE: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """What tables cost in locks."""

    #: by pg_class.oid: itself and its indexes, without its partitions
    of: Mapping[int, int]
    #: how many locks the server can keep
    capacity: int


def read_weights(database: Database) -> Weights:
    """Read them. Raises TargetError when the catalog cannot be read."""
    rows = database.rows(_SQL)
    return Weights(
        of={oid: weight for oid, weight, _ in rows}, capacity=max((row[2] for row in rows), default=0)
    )


def batches(
    tables: Sequence[Table], *, ground: Ground, order: Order, weights: Weights
) -> Iterator[Sequence[Table]]:
    """Part the tables into those that share a transaction, counted with partitions and all that they need."""
    batch: list[Table] = []
    held: set[int] = set()
    for table in tables:
        needed = order.needed([table.oid])
        if batch and (
            len(batch) == _MOST or _weight(held | needed, ground, weights) * _SHARE > weights.capacity
        ):
            yield batch
            batch, held = [], set()
        batch.append(table)
        held |= needed
    if batch:
        yield batch


def too_heavy(table: Table, *, ground: Ground, order: Order, weights: Weights) -> str:
    """Say that one table alone would take too many of the server's locks; empty: it would not."""
    weight = _weight(order.needed([table.oid]), ground, weights)
    if weight * _SHARE_ALONE <= weights.capacity:
        return ""
    return (
        f"not tried: with its partitions and all that it needs it takes {weight:,} of the"
        f" {weights.capacity:,} locks that the server has for all its sessions (max_locks_per_transaction)"
    )


def _weight(oids: Iterable[int], ground: Ground, weights: Weights) -> int:
    ahead, seen = [*oids], set[int]()
    while ahead:
        oid = ahead.pop()
        if oid not in seen:
            seen.add(oid)
            ahead += ground.partitions.get(oid, ())
    return sum(weights.of.get(oid, 1) for oid in seen)


_SQL: Final = resources.files(__package__).joinpath("weight.sql").read_text(encoding="utf-8")
