"""Read the facts of a database, and keep them as bytes."""

import json
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from orchestrator.catalog.queries import query
from orchestrator.catalog.versions import EVERYTHING, Part
from orchestrator.domain.facts import Fact, Facts
from orchestrator.domain.migration import checksum
from orchestrator.ports import ContentStore, Database

#: of the bytes, should their form ever change
_FORM: Final = 2

#: those that are a relation's or a routine's, and the rest; files of this folder
_OF_KEYS: Final = ("tables", "views", "routines", "said")
_OTHERS: Final = ("others",)

#: the key under which facts from rows that declare something are grouped; no key of versions.sql
_DECLARED: Final = 1

#: facts by whose they are, see versions.sql
Grouped = Mapping[int, tuple[Fact, ...]]


def read(database: Database) -> Facts:
    """Return all facts, of rows that declare something too (buckets, cron jobs, queues).

    Needs no superuser; rows that row security hides from our role are not seen. Raises TargetError. Leaves
    settings behind that end with the transaction (search_path and how values are written).
    """
    server_major, declared = settle(database)
    return together(server_major, grouped(database, declared))


def settle(database: Database) -> tuple[int, tuple[str, ...]]:
    """Make the catalog's functions write the same text everywhere; the server's major, and what declares."""
    [(*_, server_major, declared)] = database.rows(query("settings"))
    return server_major, tuple(sorted(declared))


def together(server_major: int, groups: Grouped) -> Facts:
    """Put the facts of all groups into one."""
    return Facts(server_major=server_major, all=tuple(sorted(fact for each in groups.values() for fact in each)))


def grouped(
    database: Database, declared: tuple[str, ...], *, part: Part | None = None, known: Grouped | None = None
) -> Grouped:
    """Return facts by whose they are: all; or those of a part read anew, and the rest as `known`.

    `settle` has to come before it. Raises TargetError.
    """
    kept = {key: facts for key, facts in (known or {}).items() if part and key not in part.keys}
    found = {}
    if part is None or part.keys:
        found = by_key(database.rows(_query(in_part=part is not None), part.parameters if part else EVERYTHING))
    rows = [Fact(*row) for table in declared for row in database.rows(query(f"declared/{table}"))]
    return {**kept, **found, _DECLARED: tuple(sorted(rows))}


def by_key(rows: list[tuple[Any, ...]]) -> dict[int, tuple[Fact, ...]]:
    """Group rows (kind, identity, definition, whose) by the last; sorted."""
    groups: defaultdict[int, list[Fact]] = defaultdict(list)
    for kind, identity, definition, whose in rows:
        groups[whose].append(Fact(kind, identity, definition))
    return {whose: tuple(sorted(facts)) for whose, facts in groups.items()}


@cache
def _query(*, in_part: bool) -> str:
    """Put the files together: all of them, or those whose rows are a relation's or a routine's."""
    ahead = ("facts/with",) if in_part else ("facts/with", "facts/others_with")
    parts = _OF_KEYS if in_part else (*_OF_KEYS, *_OTHERS)
    return (
        ",\n".join(query(name) for name in ahead)
        + "select kind, identity, definition, whose from (\n"
        + "\nunion all\n".join(query(f"facts/{name}") for name in parts)
        + ") told (kind, identity, definition, whose)\n"
        + "where (%(keys)s::bigint[] is null or whose = any (%(keys)s))"
    )


def keep(found: Facts, contents: ContentStore) -> str:
    """Keep facts, and return the sha256 under which they are kept."""
    content = facts_to_bytes(found)
    contents.keep([content])
    return checksum(content)


def facts_to_bytes(facts: Facts) -> bytes:
    """Write facts so that equal facts are equal bytes."""
    form = {"form": _FORM, "server_major": facts.server_major, "facts": sorted(facts.all)}
    return json.dumps(form, ensure_ascii=False, separators=(",", ":")).encode()


def facts_from_bytes(content: bytes) -> Facts:
    """Read what facts_to_bytes wrote. Raises ValueError for anything else."""
    form = json.loads(content)
    if not isinstance(form, dict) or form.get("form") != _FORM:
        raise ValueError("these bytes are not facts of a form that is known here")
    return Facts(server_major=form["server_major"], all=tuple(Fact(*fact) for fact in form["facts"]))
