"""Read the facts of a database, and keep them as bytes."""

import json
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from itertools import chain
from typing import Any, Final

from orchestrator.catalog.queries import of_part, query
from orchestrator.catalog.versions import EVERYTHING, Part
from orchestrator.domain.facts import Fact, Facts
from orchestrator.domain.migration import checksum
from orchestrator.ports import ContentStore, Database

#: of the bytes, should their form ever change
_FORM: Final = 2

#: files of this folder: what is a relation's or a routine's,
_OF_KEYS: Final = ("tables", "views", "triggers", "rules", "policies", "published", "routines")
#: what is said of anything that has a key,
_SAID: Final = "said"
#: and the rest
_OTHERS: Final = "others"
#: in told.sql
_PARTS: Final = "-- parts\n"

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
    return Facts(server_major=server_major, all=tuple(sorted(chain.from_iterable(groups.values()))))


def grouped(
    database: Database, declared: tuple[str, ...], *, part: Part | None = None, known: Grouped | None = None
) -> Grouped:
    """Return facts by whose they are: all; or those of a part read anew, and the rest as `known`.

    `settle` has to come before it. Raises TargetError.
    """
    kept = {key: facts for key, facts in (known or {}).items() if part and key not in part.keys}
    found = {}
    if part is None:
        found = by_key(database.rows(_query((*_OF_KEYS, _SAID, _OTHERS)), EVERYTHING))
    elif part.keys:
        found = by_key(database.rows(of_part(_query((*part.told_in, _SAID))), part.parameters))
    rows = [Fact(*row) for table in declared for row in database.rows(query(f"declared/{table}"))]
    return {**kept, **found, _DECLARED: tuple(sorted(rows))}


def by_key(rows: list[tuple[Any, ...]]) -> dict[int, tuple[Fact, ...]]:
    """Group rows (kind, identity, definition, whose) by the last; sorted."""
    groups: defaultdict[int, list[Fact]] = defaultdict(list)
    for kind, identity, definition, whose in rows:
        groups[whose].append(Fact(kind, identity, definition))
    return {whose: tuple(sorted(facts)) for whose, facts in groups.items()}


@cache
def _query(parts: tuple[str, ...]) -> str:
    """Put the files together."""
    told = query("facts/told").replace(_PARTS, "\nunion all\n".join(query(f"facts/{name}") for name in parts))
    ahead = ("facts/with", "facts/others_with") if _OTHERS in parts else ("facts/with",)
    return ",\n".join(query(name) for name in ahead) + told


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
