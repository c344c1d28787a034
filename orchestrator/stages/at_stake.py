"""Count the live rows that a rollback would drop and that the undone deployment did not write itself."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from orchestrator.catalog import survey
from orchestrator.catalog.dropping import rows_in
from orchestrator.domain.dropped import Counted, Dropped
from orchestrator.domain.facts import Facts
from orchestrator.domain.identity import split
from orchestrator.domain.platform import MANAGED_SCHEMAS
from orchestrator.domain.shape import Name, Shape, TableKind
from orchestrator.ports import TargetReader
from orchestrator.validation.losses.dropped_rows import what_is_dropped
from orchestrator.validation.reverts import Revert
from orchestrator.validation.script import read_script
from orchestrator.validation.sql_text import SqlText

#: for all that is counted in one rollback
COUNTING_SECONDS: Final = 60.0
#: stands between two rollbacks that are read as one; the first of them may lack its semicolon
_BETWEEN: Final = "\n;\n"
#: statements that may do what does not stand in them, after comments
_OPAQUE: Final = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
    r"(?:(?:do|call|execute|drop\s+(?:owned|extension))\b|(?:select|with)\b.*\()",
    re.IGNORECASE | re.DOTALL,
)
#: what belongs to the platform, and the history that every deployment writes into
_NOBODYS_OWN: Final = frozenset({*MANAGED_SCHEMAS, "supabase_migrations"})
_WITH_ROWS: Final = frozenset({TableKind.TABLE, TableKind.PARTITIONED})


def at_stake(
    reverts: Sequence[Revert], reader: TargetReader, *, target: str, versions: Sequence[str], before: Facts
) -> tuple[Counted, ...]:
    """Count what is in the tables and columns that these drop, in their order; what is empty is left out.

    `versions` are those that the deployment applied: what their transactions wrote into what they made is
    not at stake. `before` is what was there before it. Raises TargetError; Unavailable when the catalog could
    not be read in time or the connection breaks.
    """
    texts = [each.sql for each in reverts if each.sql]
    if not texts:
        return ()
    with reader.asking() as database:
        shape = survey.read(database, target=target).shape
    dropped = tuple(dict.fromkeys((*_dropped(texts, shape), *_unseen(texts, shape, before))))
    if not dropped:
        return ()
    old = [each for each in dropped if _was_there(each, before, shape)]
    new = [each for each in dropped if each not in old]
    written_by = reader.transactions(versions)
    with reader.asking() as database:
        counted = (
            *rows_in(database, new, limit_seconds=COUNTING_SECONDS, written_by=written_by),
            *rows_in(database, old, limit_seconds=COUNTING_SECONDS),
        )
    return tuple(each for each in counted if not each.is_empty)


def _dropped(texts: Sequence[str], shape: Shape) -> tuple[Dropped, ...]:
    """Read the rollbacks as one, for the first may rename what the second drops; and each by itself."""
    together = [_BETWEEN.join(texts), *(texts if len(texts) > 1 else ())]
    files = [SqlText(path="", content=text.encode()) for text in together]
    return tuple(dict.fromkeys(each for file in files for each in what_is_dropped(file, shape)))


def _unseen(texts: Sequence[str], shape: Shape, before: Facts) -> Iterator[Dropped]:
    """Name what came since and may go unseen, where a rollback carries out more than its text shows.

    A DO block or a function may drop a table by a name that it puts together.
    """
    if not any(_OPAQUE.match(each.text) for text in texts for each in read_script(text).statements):
        return
    known = _columns_of(before)
    for name, table in shape.tables.items():
        is_part = any(parent in shape.tables for parent in table.parents)
        if table.kind not in _WITH_ROWS or is_part or name.schema in _NOBODYS_OWN:
            continue
        if name not in known:
            yield Dropped(table=name)
        else:
            yield from (Dropped(table=name, column=each) for each in table.columns if each not in known[name])


def _was_there(dropped: Dropped, before: Facts, shape: Shape) -> bool:
    """Tell whether a column may hold what was written before the deployment, under another name too.

    A table says so itself, by the transaction that made it.
    """
    if dropped.column is None:
        return False
    tables = _columns_of(before)
    if dropped.table not in tables:
        return not tables.keys() <= shape.tables.keys()
    had, has = tables[dropped.table], shape.tables.get(dropped.table)
    return dropped.column in had or has is None or not had <= set(has.columns)


def _columns_of(before: Facts) -> dict[Name, set[str]]:
    tables: dict[Name, set[str]] = defaultdict(set)
    for fact in before.all:
        if fact.kind == "column":
            *place, own = _unquoted(fact.identity)
            tables[Name(*place)].add(own)
    return tables


def _unquoted(identity: str) -> tuple[str, ...]:
    """Split an identity into names as they are: public."Total" is public and Total."""
    return tuple(
        each[1:-1].replace('""', '"') if each.startswith('"') else each for each in split(identity, ".")
    )
