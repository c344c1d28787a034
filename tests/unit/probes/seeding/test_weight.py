"""Which tables share a transaction, so that a server has locks left for others."""

from orchestrator.probes.seeding.ground import Ground, Table
from orchestrator.probes.seeding.order import Order
from orchestrator.probes.seeding.weight import Weights, batches, too_heavy
from orchestrator.probes.seeding.wishes import Reading
from tests.unit.probes.seeding.grounds import a_ground, a_table, names_of

PARTED, PLAIN, CHILD = 1, 2, 3
CAPACITY = 100


def _parted(partitions: int) -> Ground:
    return a_ground(
        a_table(PARTED),
        a_table(PLAIN),
        a_table(CHILD, keys=(names_of(PARTED, "id"),)),
        *(a_table(100 + number, bound="x", partition_of=PARTED) for number in range(partitions)),
    )


def _batched(ground: Ground, *wanted: int) -> list[list[int]]:
    order, weights = Order(ground, Reading(ground)), Weights(of={}, capacity=CAPACITY)
    tables = [ground.tables[oid] for oid in wanted]
    return [
        [table.oid for table in batch]
        for batch in batches(tables, ground=ground, order=order, weights=weights)
    ]


def _why(ground: Ground, table: Table) -> str:
    order, weights = Order(ground, Reading(ground)), Weights(of={}, capacity=CAPACITY)
    return too_heavy(table, ground=ground, order=order, weights=weights)


def test_partitions_count_and_so_do_those_of_what_is_looked_up() -> None:
    assert _batched(_parted(2), PLAIN, PARTED, CHILD) == [[PLAIN, PARTED, CHILD]]
    assert _batched(_parted(9), PLAIN, PARTED, CHILD) == [[PLAIN], [PARTED], [CHILD]]


def test_every_table_is_in_one_batch_and_none_is_too_long() -> None:
    ground = a_ground(*(a_table(number) for number in range(1, 150)))
    found = _batched(ground, *range(1, 150))
    assert [oid for batch in found for oid in batch] == list(range(1, 150))
    assert max(map(len, found)) == CAPACITY // 10


def test_a_table_that_would_take_a_quarter_of_all_locks_is_not_tried() -> None:
    assert _why(_parted(24), _parted(24).tables[PARTED]) == ""
    assert "26 of the 100 locks" in _why(_parted(25), _parted(25).tables[PARTED])
    assert _why(_parted(25), _parted(25).tables[PLAIN]) == ""
