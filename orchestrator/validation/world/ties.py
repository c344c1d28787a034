"""Who uses which table, and which table an index is on: a shape's tables, found from the other side."""

from collections.abc import Iterable, Iterator

from orchestrator.domain.shape import Name, Table


class Ties:
    """Kept while tables come, change and go, so that nobody has to look through all of them."""

    def __init__(self, tables: Iterable[Table] = ()) -> None:
        """Look through these tables once."""
        self._indexes: dict[Name, Name] = {}
        #: in the order in which they came; who uses it no more may still be among them
        self._users: dict[Name, dict[Name, None]] = {}
        for table in tables:
            self.put(None, table)

    def copy(self) -> "Ties":
        """Make the same again, which may change by itself; far quicker than to look through the tables."""
        copied = Ties()
        copied._indexes = dict(self._indexes)
        copied._users = {name: dict(users) for name, users in self._users.items()}
        return copied

    def put(self, before: Table | None, table: Table) -> None:
        """Note a table, new or changed."""
        if before is None or before.indexes is not table.indexes:
            self.take(before)
            for index in table.indexes:
                self._indexes[Name(table.name.schema, index.name)] = table.name
        if before is None or not _uses_the_same(before, table):
            for name in used_by(table):
                self._users.setdefault(name, {})[table.name] = None

    def take(self, table: Table | None) -> None:
        """Forget the indexes of a table; that it uses others no more, whoever asks sees by itself."""
        if table is not None:
            for index in table.indexes:
                self._indexes.pop(Name(table.name.schema, index.name), None)

    def table_of(self, index: Iterable[Name]) -> Name | None:
        """Find the table that the first of these indexes is on."""
        return next((self._indexes[name] for name in index if name in self._indexes), None)

    def users(self, name: Name) -> Iterator[Name]:
        """Yield the names of tables that use one, or have used it."""
        yield from tuple(self._users.get(name, ()))


def used_by(table: Table) -> set[Name]:
    """Return what a table or view reads, refers to, asks in a policy, or has for a parent."""
    found = {*table.reads, *table.parents}
    found.update(key.references for key in table.foreign_keys)
    for policy in table.policies:
        found |= policy.reads
    return found


def _uses_the_same(before: Table, table: Table) -> bool:
    return (
        before.policies is table.policies
        and before.foreign_keys is table.foreign_keys
        and before.reads is table.reads
        and before.parents is table.parents
    )
