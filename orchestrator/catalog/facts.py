"""Read the facts of a database, and keep them as bytes."""

import json
from typing import Final

from orchestrator.catalog.queries import query
from orchestrator.domain.facts import Fact, Facts
from orchestrator.domain.migration import checksum
from orchestrator.ports import ContentStore, Database

#: of the bytes, should their form ever change
_FORM: Final = 2


def read(database: Database) -> Facts:
    """Return all facts, of rows that declare something too (buckets, cron jobs, queues).

    Needs no superuser; rows that row security hides from our role are not seen. Raises TargetError. Leaves
    settings behind that end with the transaction (search_path and how values are written).
    """
    [(*_, server_major, declared)] = database.rows(query("settings"))
    sources = ["facts", *(f"declared/{table}" for table in sorted(declared))]
    rows = [Fact(*row) for source in sources for row in database.rows(query(source))]
    return Facts(server_major=server_major, all=tuple(sorted(rows)))


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
