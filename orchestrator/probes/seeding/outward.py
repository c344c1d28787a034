"""What must not be touched even in a transaction that is undone, because not all of it would be undone."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from orchestrator.probes.seeding.ground import Column, Ground, Policy, Table
from orchestrator.probes.seeding.quoting import identifier
from orchestrator.probes.seeding.wishes import Reading

#: a body leaves the database, or does what no rollback takes back
_LEAVES: Final = re.compile(
    r"\bnet\"?\s*\.\s*\"?\w+|\bhttp(?:_get|_post|_put|_patch|_delete|_head|_request)?\"?\s*\(|\bdblink\w*\"?\s*\("
    r"|\bcopy\b[^;]*\b(?:to|from)\s+program\b|\blo_(?:im|ex)port\s*\(|\bpg_(?:terminate|cancel)_backend\s*\("
    r"|\bpg_logical_emit_message\s*\(|\bpg_reload_conf\s*\(",
    re.IGNORECASE,
)
_COUNTS: Final = re.compile(
    r"\b(?:next|set)val\"?\s*\(|\binsert\s+into\b|\bpgmq\"?\s*\.\s*\"?send\w*", re.IGNORECASE
)
#: a body locks what others may want, until all is undone or for longer
_HOLDS: Final = re.compile(
    r"\bpg_(?:try_)?advisory_(?:xact_)?lock(?:_shared)?\"?\s*\(|\bfor\s+(?:no\s+key\s+)?update\b"
    r"|\bfor\s+(?:key\s+)?share\b|\block\s+table\b|\bdelete\s+from\b|\bupdate\s+[\w.\"]+\s+set\b",
    re.IGNORECASE,
)
_ALL: Final = (
    (_LEAVES, "leaves the database"),
    (_COUNTS, "may move a sequence"),
    (_HOLDS, "locks what others may want"),
)


class Outward:
    """Finds out which tables of one ground are better left alone."""

    def __init__(self, ground: Ground, reading: Reading) -> None:
        """Begin; everything is worked out when it is asked for."""
        self._ground = ground
        self._reading = reading
        self._reasons: dict[int, str] = {}

    def why_not(self, table: Table) -> str:
        """Say why no row is made up for a table; empty: nothing speaks against it."""
        if table.oid not in self._reasons:
            self._reasons[table.oid] = next(self._obstacles(table), "")
        return self._reasons[table.oid]

    def counting(self, table: Table) -> frozenset[str]:
        """Return the columns whose defaults take their value from a sequence, also inside a function."""
        return frozenset(column.name for column in table.columns.values() if self._counts(column))

    def _counts(self, column: Column) -> bool:
        bodies = (self._ground.functions[oid].says for oid in self._reading.through(column.calls))
        return column.counts or any(_COUNTS.search(says) or _HOLDS.search(says) for says in bodies)

    def _obstacles(self, table: Table) -> Iterator[str]:
        for part in self._parts(table):
            yield from self._of_storing(part)
        for oid in self._asked_by(table):
            read = self._ground.tables[oid]
            if read.kind == "f":
                yield f"its policies read the foreign table {read.name}"
            for policy in read.policies:
                if why := self._reason_of(policy):
                    whose = "its" if read is table else f"{read.name}: its"
                    yield f"{whose} policy {identifier(policy.name)} {why}"

    def _of_storing(self, table: Table) -> Iterator[str]:
        if table.kind == "f":
            yield (
                "it is a foreign table" if table.partition_of is None else f"{table.name} is a foreign table"
            )
        if table.fires_anyway:
            yield f"a trigger or a rule of {table.name} fires even where triggers are switched off"
        for column in table.columns.values():
            why = self._reason(column.calls, column.default or "", but=_COUNTS)
            if why:
                yield f"the default of {column.name} {why}"
        if why := self._reason(table.runs, ""):
            yield f"a check or an index of it {why}"

    def _reason_of(self, policy: Policy) -> str:
        """Do the same for a policy, with the views that it reads."""
        functions, relations = self._reading.reached(policy.calls, policy.reads)
        views = [self._ground.views[oid] for oid in relations if oid in self._ground.views]
        if why := self._reason((*policy.calls, *functions), "\n".join(policy.texts)):
            return why
        for view in views:
            if why := self._reason(view.calls, view.says):
                return f"reads {view.name}, which {why}"
        return ""

    def _reason(self, calls: Iterable[int], text: str, *, but: re.Pattern[str] | None = None) -> str:
        """Say what a text, or a function that is called, does that no rollback undoes."""
        calls = tuple(calls)
        through = self._reading.through(calls)
        inner = (other for oid in through for other in self._ground.functions[oid].calls)
        if any(oid in self._ground.leaving for oid in (*calls, *inner)):
            return "calls a function that may leave the database"
        for function in (self._ground.functions[oid] for oid in through):
            if function.language:
                return (
                    f"calls {function.bare}, which is written in {function.language}: what it does is unknown"
                )
        for pattern, what in _ALL:
            if pattern is but:
                continue
            if pattern.search(text):
                return what
            for oid in through:
                if pattern.search(self._ground.functions[oid].says):
                    return f"calls {self._ground.functions[oid].bare}, which {what}"
        return ""

    def _parts(self, table: Table) -> Iterator[Table]:
        """Yield the table with all its partitions."""
        yield table
        for oid in self._ground.partitions.get(table.oid, ()):
            yield from self._parts(self._ground.tables[oid])

    def _asked_by(self, table: Table) -> list[int]:
        """Return a table with all into which its policies look, and theirs."""
        found = {table.oid: None}
        ahead = [table.oid]
        while ahead:
            for oid in self._reading.read_by(self._ground.tables[ahead.pop()]):
                if oid not in found:
                    found[oid] = None
                    ahead.append(oid)
        return list(found)
