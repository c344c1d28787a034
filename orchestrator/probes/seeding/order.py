"""In which order tables are sown, and what their rows mean to policies."""

from collections.abc import Iterable, Iterator

from orchestrator.probes.seeding import files
from orchestrator.probes.seeding.ground import Ground, Table
from orchestrator.probes.seeding.wishes import Reading, Wishes


class Order:
    """What belongs to what, in one ground."""

    def __init__(self, ground: Ground, reading: Reading) -> None:
        """Read who looks into whom."""
        self._ground = ground
        self._reads = {
            oid: frozenset(reading.read_by(table)) for oid, table in ground.tables.items() if table.policies
        }
        self._readers = {oid: {*reading.readers(oid)} - {oid} for oid in ground.tables}
        self._users = next((oid for oid, table in ground.tables.items() if table.name == "auth.users"), None)
        self._files = next((oid for oid, table in ground.tables.items() if table.name == files.NAME), None)
        self._reading = reading
        self._children: dict[int, set[int]] = {}
        for oid, table in ground.tables.items():
            for key in table.keys:
                self._children.setdefault(key.parent, set()).add(oid)

    def is_users(self, table: Table) -> bool:
        """Tell whether this is where accounts are kept."""
        return table.oid == self._users

    def is_files(self, table: Table) -> bool:
        """Tell whether this is where files are listed; policies tell whose one is by its name."""
        return table.oid == self._files

    def reads(self, oid: int) -> frozenset[int]:
        """Return the tables that a table's policies look into."""
        return self._reads.get(oid, frozenset())

    def is_parent(self, oid: int) -> bool:
        """Tell whether other tables name its rows."""
        return oid in self._children

    def seats(self, oid: int) -> bool:
        """Tell whether a privileged user needs a row here to be one: accounts, and what is by account."""
        return oid == self._users or (oid in self._children and self._is_by_user(self._ground.tables[oid]))

    def grants(self, oid: int) -> bool:
        """Tell whether a row here makes its user privileged everywhere, not just in what it belongs to.

        So it is where policies of other tables look the user up, and nothing ties the two tables together.
        """
        table = self._ground.tables[oid]
        readers = self._readers[oid]
        if not readers or oid == self._users or not (self._wishes(oid).owners or self._is_by_user(table)):
            return False
        if self._is_by_user(table):
            return True
        beyond = {key.parent for key in table.keys} - {self._users}
        beyond = {parent for parent in beyond if not self._is_by_user(self._ground.tables[parent])}
        tied = any(key.parent == oid for reader in readers for key in self._ground.tables[reader].keys)
        return not beyond and not tied

    def owned(self, oid: int, *, below: frozenset[int] = frozenset()) -> bool:
        """Tell whether a row here is somebody's: it names a user, or what is one's, or has members."""
        table = self._ground.tables[oid]
        if self._own(oid) or self._is_by_user(table) or oid == self._users or self._has_members(oid):
            return True
        if table.name == files.NAME:  # its owner is no foreign key, and policies tell it by the folder
            return True
        above = {key.parent for key in table.keys} - below - {oid}
        return any(self.owned(parent, below=below | {oid}) for parent in above)

    def founded(self, oid: int) -> bool:
        """Tell whether a row here is somebody's by its members alone: whoever adds one takes from nobody."""
        table = self._ground.tables[oid]
        if self._own(oid) or self._is_by_user(table) or oid == self._users or self.is_files(table):
            return False
        return self._has_members(oid) and not any(
            self.owned(key.parent, below=frozenset({oid})) for key in table.keys if key.parent != oid
        )

    def ways_below(self, oid: int) -> int:
        """Say in how many ways rows that belong to one of this table's rows make somebody a member of it.

        A member as the table makes one by default, one of the highest standing, and one of a standing that
        policies do not name: each in another row.
        """
        wishes = (self._wishes(other) for other in self._members(oid))
        return max((2 if each.lowly else min(1, each.ways) for each in wishes), default=0)

    def seats_members(self, oid: int) -> bool:
        """Tell whether a row here says who belongs to a row of another table."""
        parents = {key.parent for key in self._ground.tables[oid].keys}
        return any(oid in self._members(parent) for parent in parents)

    def named_by_members(self, oid: int) -> frozenset[str]:
        """Return the columns by which other tables say who belongs to a row of this one."""
        return frozenset(
            column
            for other in self._members(oid)
            for key in self._ground.tables[other].keys
            if key.parent == oid
            for column in key.of
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
            ahead += self.reads(oid)
        return found

    def levels(self, tables: Iterable[int]) -> Iterator[list[int]]:
        """Yield what is needed, parents before children; a circle of keys is begun anywhere."""
        left = self.needed(tables)
        while left:
            level = [oid for oid in left if not self._above(oid) & left]
            level = level or [min(left, key=lambda oid: len(self._above(oid) & left))]
            yield sorted(level)
            left -= set(level)

    def _members(self, oid: int) -> Iterator[int]:
        """Yield the tables that say who belongs to a row of this one, which policies ask."""
        if oid == self._users or self._is_by_user(self._ground.tables[oid]):
            return
        for other in self._children.get(oid, ()):
            if self._readers[other] and self._wishes(other).owners and not self.grants(other):
                yield other

    def _has_members(self, oid: int) -> bool:
        return any(True for _ in self._members(oid))

    def _wishes(self, oid: int) -> Wishes:
        return self._reading.of(self._ground.tables[oid])

    def _own(self, oid: int) -> bool:
        wishes = self._wishes(oid)
        return bool(wishes.owners or wishes.owner_lists or wishes.mails or wishes.claims)

    def _above(self, oid: int) -> set[int]:
        table = self._ground.tables[oid]
        above = {key.parent for key in table.keys}
        return (above | self.reads(oid) if self.is_files(table) else above) - {oid}

    def _is_by_user(self, table: Table) -> bool:
        """Tell whether its rows bear the ids of users as their own."""
        if len(table.primary_key) != 1:
            return False
        of_users = {
            key.columns[0] for key in table.keys if key.parent == self._users and len(key.columns) == 1
        }
        return table.primary_key[0] in of_users or table.primary_key[0] in self._wishes(table.oid).owners
