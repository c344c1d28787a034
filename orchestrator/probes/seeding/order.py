"""In which order tables are sown, and what their rows mean to policies."""

from collections.abc import Iterable, Iterator

from orchestrator.probes.seeding.ground import Ground, Table
from orchestrator.probes.seeding.wishes import Reading


class Order:
    """What belongs to what, in one ground."""

    def __init__(self, ground: Ground, reading: Reading) -> None:
        """Read who looks into whom."""
        self._ground = ground
        self._reads = {
            oid: frozenset(reading.read_by(table)) for oid, table in ground.tables.items() if table.policies
        }
        self._readers: dict[int, set[int]] = {}
        for oid, read in self._reads.items():
            for other in read - {oid}:
                self._readers.setdefault(other, set()).add(oid)
        self._users = next((oid for oid, table in ground.tables.items() if table.name == "auth.users"), None)
        self._owners = {
            oid: reading.of(table).owners for oid, table in ground.tables.items() if oid in self._readers
        }
        self._asked = {oid: reading.of(ground.tables[oid]).ways for oid in self._readers}
        self._parents = {key.parent for table in ground.tables.values() for key in table.keys}

    def is_users(self, table: Table) -> bool:
        """Tell whether this is where accounts are kept."""
        return table.oid == self._users

    def is_parent(self, oid: int) -> bool:
        """Tell whether other tables name its rows."""
        return oid in self._parents

    def seats(self, oid: int) -> bool:
        """Tell whether a privileged user needs a row here to be one: accounts, and what is by account."""
        return oid == self._users or (oid in self._parents and self._is_by_user(self._ground.tables[oid]))

    def grants(self, oid: int) -> bool:
        """Tell whether a row here makes its user privileged everywhere, not just in what it belongs to.

        So it is where policies of other tables look the user up, and nothing ties the two tables together.
        """
        table = self._ground.tables[oid]
        readers = self._readers.get(oid, set())
        if not readers or oid == self._users or not (self._owners.get(oid) or self._is_by_user(table)):
            return False
        if self._is_by_user(table):
            return True
        beyond = {key.parent for key in table.keys} - {self._users}
        beyond = {parent for parent in beyond if not self._is_by_user(self._ground.tables[parent])}
        tied = any(key.parent == oid for reader in readers for key in self._ground.tables[reader].keys)
        return not beyond and not tied

    def ways_below(self, oid: int) -> int:
        """Say in how many ways rows that belong to one of this table's rows make somebody a member of it.

        A member as the table makes one by default, and one of the highest standing: each in another row.
        """
        return max(
            (
                min(1, self._asked[other])
                for other, table in self._ground.tables.items()
                if other in self._readers
                and not self.grants(other)
                and self._owners.get(other)
                and not self._is_by_user(self._ground.tables[oid])
                and oid != self._users
                for key in table.keys
                if key.parent == oid
            ),
            default=0,
        )

    def needed(self, tables: Iterable[int]) -> set[int]:
        """Return these tables with all whose rows they, or their policies, look up."""
        found: set[int] = set()
        ahead = [*tables]
        if self._users is not None:
            ahead.append(self._users)
        while ahead:
            oid = ahead.pop()
            if oid in found or oid not in self._ground.tables:
                continue
            found.add(oid)
            ahead += [key.parent for key in self._ground.tables[oid].keys]
            ahead += self._reads.get(oid, ())
        return found

    def levels(self, tables: Iterable[int]) -> Iterator[list[int]]:
        """Yield what is needed, parents before children; a circle of keys is begun anywhere."""
        left = self.needed(tables)
        while left:
            level = [oid for oid in left if not self._above(oid) & left]
            level = level or [min(left, key=lambda oid: len(self._above(oid) & left))]
            yield sorted(level)
            left -= set(level)

    def _above(self, oid: int) -> set[int]:
        table = self._ground.tables[oid]
        return {key.parent for key in table.keys} - {oid}

    def _is_by_user(self, table: Table) -> bool:
        """Tell whether its rows bear the ids of users as their own."""
        if len(table.primary_key) != 1:
            return False
        of_users = {
            key.columns[0] for key in table.keys if key.parent == self._users and len(key.columns) == 1
        }
        return table.primary_key[0] in of_users or table.primary_key[0] in self._owners.get(table.oid, ())
