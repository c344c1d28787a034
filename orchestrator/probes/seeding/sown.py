"""The rows that were made up so far."""

from dataclasses import dataclass, field, replace

from orchestrator.probes.seeding.rows import Seed
from orchestrator.probes.seeding.users import Owner


@dataclass(kw_only=True)
class Sown:
    """What is in the tables now."""

    seeds: dict[tuple[int, Owner], Seed] = field(default_factory=dict)
    #: why a table has no row of an owner, by table; only where it should have one
    unsown: dict[int, str] = field(default_factory=dict)
    _by_table: dict[int, list[Seed]] = field(default_factory=dict)

    def of(self, table: int) -> list[Seed]:
        """Return a table's rows."""
        return self._by_table.get(table, [])

    def keep(self, seed: Seed) -> None:
        """Take note of a row."""
        self.seeds[seed.table.oid, seed.owner] = seed
        self._by_table.setdefault(seed.table.oid, []).append(seed)

    def nearest(self, table: int, owner: Owner) -> Seed | None:
        """Return the row of an owner in this way, or in the nearest below, or above."""
        ways = (owner.way, *range(owner.way - 1, -1, -1), *range(owner.way + 1, 4))
        found = (self.seeds.get((table, replace(owner, way=way))) for way in ways)
        return next((seed for seed in found if seed is not None), None)
