"""Count the live rows that a rollback would drop or change and that the undone deployment did not write."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from orchestrator.catalog import survey
from orchestrator.catalog.dropping import guards_of, member_tables, rows_in
from orchestrator.catalog.following import following
from orchestrator.domain.dropped import Counted, Dropped, Guard
from orchestrator.domain.facts import Facts
from orchestrator.domain.identity import split
from orchestrator.domain.platform import MANAGED_SCHEMAS
from orchestrator.domain.shape import Name, Shape, TableKind
from orchestrator.ports import TargetReader
from orchestrator.validation.losses.dropped_rows import extensions_dropped, inserts_only, what_is_dropped
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
    reverts: Sequence[Revert],
    reader: TargetReader,
    *,
    target: str,
    written_by: Collection[str],
    before: Facts,
) -> tuple[Counted, ...]:
    """Count what is in all that these drop, delete or overwrite, in their order; what is empty is left out.

    `written_by` are the transactions of the deployment, found out before the first of them is undone: what
    they wrote into what they made is not at stake, nor rows that they inserted elsewhere. `before` is what
    was there before. Raises TargetError; Unavailable when the catalog could not be read in time or the
    connection breaks.
    """
    stakes = _stakes(reverts, reader, target=target, written_by=written_by, before=before)
    with reader.asking() as database:
        counted = (
            *rows_in(
                database,
                stakes.new,
                limit_seconds=COUNTING_SECONDS,
                written_by=stakes.written_by,
                own=stakes.own,
            ),
            *rows_in(database, stakes.old, limit_seconds=COUNTING_SECONDS),
        )
    return tuple(each for each in counted if not each.is_empty)


def guards(
    reverts: Sequence[Revert],
    reader: TargetReader,
    *,
    target: str,
    written_by: Collection[str],
    before: Facts,
) -> tuple[Guard, ...]:
    """Return what looks for the same once more, in the transaction that drops it; raises as at_stake does."""
    stakes = _stakes(reverts, reader, target=target, written_by=written_by, before=before)
    with reader.asking() as database:
        return (
            *guards_of(database, stakes.new, written_by=stakes.written_by, own=stakes.own),
            *guards_of(database, stakes.old),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stakes:
    """What would be dropped, deleted or overwritten."""

    #: what cannot hold anything of before, but for rows of others; and what may
    new: tuple[Dropped, ...] = ()
    old: tuple[Dropped, ...] = ()
    #: of the new: what was there before, and of which these transactions changed no row
    own: frozenset[Dropped] = frozenset()
    written_by: frozenset[str] = frozenset()


def _stakes(
    reverts: Sequence[Revert],
    reader: TargetReader,
    *,
    target: str,
    written_by: Collection[str],
    before: Facts,
) -> _Stakes:
    texts = [each.sql for each in reverts if each.sql]
    if not texts:
        return _Stakes()
    with reader.asking() as database:
        shape = survey.read(database, target=target).shape
        extensions = frozenset().union(*(extensions_dropped(_file(text)) for text in texts))
        members = member_tables(database, extensions)
        seen = _dropped(texts, shape)
        followers = following(database, seen, shape)
    found = (
        *seen,
        *followers,
        *_unseen(texts, shape, before),
        *(Dropped(table=each) for each in members),
    )
    dropped = tuple(dict.fromkeys(found))
    if not dropped:
        return _Stakes()
    old = tuple(each for each in dropped if each.by is None and _was_there(each, before, shape))
    new = tuple(each for each in dropped if each not in old)
    ups = None if any(each.up is None for each in reverts) else [_file(each.up or "") for each in reverts]
    return _Stakes(
        new=new,
        old=old,
        own=frozenset(each for each in new if each.by and _is_own(each, ups, before, shape)),
        written_by=frozenset(written_by),
    )


def _is_own(dropped: Dropped, ups: Sequence[SqlText] | None, before: Facts, shape: Shape) -> bool:
    """Tell whether rows as our transactions left them are nobody else's, in a table that stays."""
    if dropped.column is not None:
        return _was_there(dropped, before, shape)  # what we wrote there we may write over
    return ups is not None and inserts_only(ups, dropped.table, shape)


def _file(text: str) -> SqlText:
    return SqlText(path="", content=text.encode())


def _dropped(texts: Sequence[str], shape: Shape) -> tuple[Dropped, ...]:
    """Read the rollbacks as one, for the first may rename what the second drops; and each by itself."""
    together = [_BETWEEN.join(texts), *(texts if len(texts) > 1 else ())]
    return tuple(dict.fromkeys(each for text in together for each in what_is_dropped(_file(text), shape)))


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
