"""Which tables a change of a database may have opened or closed: those that are worth made-up rows."""

from collections.abc import Collection, Mapping

from orchestrator.probes.seeding.ground import Ground
from orchestrator.probes.seeding.wishes import Reading

#: kinds of facts that decide nothing about who reaches which rows
_IDLE = frozenset(
    {
        "bucket", "comment", "cron job", "extension", "index", "publication", "published table", "queue",
        "sequence", "statistics", "trigger", "type",
    }
)  # fmt: skip
#: kinds whose identity begins with a table's name
_OF_TABLES = frozenset(
    {"column", "constraint", "foreign table", "materialized view", "policy", "rule", "table", "view"}
)
_ROUTINES = frozenset({"aggregate", "function", "procedure"})


def affected(ground: Ground, reading: Reading, changed: Collection[tuple[str, str]]) -> frozenset[str] | None:
    """Return the names of the tables; None: what changed cannot be followed, so it may be any.

    `changed` holds facts by kind and identity. A table is affected, too, when its policies look into one that
    is, by themselves, through views or through functions.
    """
    known = {table.name: table.oid for table in ground.tables.values()}
    known |= {view.name: view.oid for view in ground.views.values()}
    tables: set[int] = set()
    functions: set[str] = set()
    for kind, identity in changed:
        granted, _, name = identity.partition(" ")
        if kind in _ROUTINES or (kind == "grant" and granted in _ROUTINES):
            functions.add(_bare(name if kind == "grant" else identity))
            tables.update(reading.naming(functions))
        elif kind in _OF_TABLES or (kind == "grant" and granted == "relation"):
            named = name if kind == "grant" else identity
            table = _table_in(named, known)
            # what is gone is still named by functions that look for it
            tables.update([table] if table is not None else reading.naming(named.split(".")[1:]))
            tables |= reading.unread
        elif kind not in _IDLE:
            return None
    if functions:
        tables.update(reading.calling(functions), reading.unread)
    found = _with_readers(reading, tables)
    return frozenset(ground.tables[oid].name for oid in found if oid in ground.tables)


def _table_in(identity: str, known: Mapping[str, int]) -> int | None:
    """Find the table that an identity names or begins with; None: a view, a sequence, or what is gone."""
    while identity:
        if identity in known:
            return known[identity]
        identity = identity.rpartition(".")[0]
    return None


def _bare(identity: str) -> str:
    """Return a routine's own name: "is_admin" of "private.is_admin(uuid)"."""
    return identity.partition("(")[0].rpartition(".")[2].strip('"')


def _with_readers(reading: Reading, tables: set[int]) -> set[int]:
    found: set[int] = set()
    ahead = [*tables]
    while ahead:
        oid = ahead.pop()
        if oid not in found:
            found.add(oid)
            ahead += reading.readers(oid)
    return found
