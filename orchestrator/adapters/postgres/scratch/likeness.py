"""How like its target a copy is, and the SQL that brings it closer."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final

import psycopg
from psycopg import sql

from orchestrator.adapters.postgres.target.read import OpenDatabase
from orchestrator.catalog import facts as catalog_facts
from orchestrator.catalog.draft import arranged, draft
from orchestrator.domain.facts import PART_SEPARATOR, Change, Fact, Facts, difference

#: what is drafted once may show what was hidden behind it
_ROUNDS: Final = 3
#: before it, there is no way to keep event triggers that fire on replicas from firing for us
_EVENT_TRIGGERS_SETTING: Final = 17
_NOT_NULL: Final = "definition=NOT NULL "
_PRIVILEGE_SINCE_17: Final = (" MAINTAIN", " MAINTAIN*")


def facts_as(connection: psycopg.Connection, role: str) -> Facts:
    """Read the facts of the database as a role sees them."""
    with connection.transaction(force_rollback=True):
        connection.execute(
            sql.SQL("set transaction read only; set local role {}").format(sql.Identifier(role))
        )
        return catalog_facts.read(OpenDatabase(connection, "scratch"))


def lacks(wanted: Facts, now: Facts) -> tuple[Change, ...]:
    """Say what the target has and the copy has not, or has otherwise: `before` is the target's.

    Across major versions some facts differ in every database: privileges and constraints that one version
    does not know, versions of extensions, SQL that the server words. Those are not told one by one.
    """
    if wanted.server_major == now.server_major:
        return difference(wanted.all, now.all)
    return difference(_of_any_major(wanted), _of_any_major(now))


def close(wanted: Facts, look: Callable[[], Facts], works: Callable[[str], bool]) -> tuple[Change, ...]:
    """Carry out what is drafted from the difference; return what differs still."""
    now = look()
    missing = lacks(wanted, now)
    # as if of one major version: what differs between any two of them was put aside
    before = replace(wanted, server_major=now.server_major)
    for _ in range(_ROUNDS):
        if not missing:
            break
        drafted = draft(before, _differing_only_in(missing, before, now))
        arranged(drafted.statements, works)
        now, last = look(), missing
        missing = lacks(wanted, now)
        if missing == last:
            break
    return missing


def trying(connection: psycopg.Connection) -> Callable[[str], bool]:
    """Return what carries a statement out on a connection in autocommit, if it can be."""

    def works(statement: str) -> bool:
        with suppress(psycopg.DatabaseError), connection.transaction():
            connection.execute(statement.encode(), prepare=False)
            return True
        if connection.broken:
            raise psycopg.OperationalError("the connection is gone")
        return False

    return works


def _of_any_major(facts: Facts) -> Iterator[Fact]:
    """Leave out what follows from the server's version."""
    for fact in facts.all:
        if fact.kind == "constraint" and fact.definition.startswith(_NOT_NULL):
            continue
        parts = (part for part in fact.definition.split(PART_SEPARATOR) if not _of_version(fact.kind, part))
        yield Fact(fact.kind, fact.identity, PART_SEPARATOR.join(parts))


def _of_version(kind: str, part: str) -> bool:
    match kind:
        case "grant":
            return part.endswith(_PRIVILEGE_SINCE_17)
        case "extension":
            return part.startswith("version=")
        case "view" | "materialized view" | "rule":
            # what the server words, and what it notes as used, an old one the view itself
            return part.startswith(("definition=", "uses "))
    return False


def _differing_only_in(missing: tuple[Change, ...], wanted: Facts, now: Facts) -> Facts:
    """Return the copy's facts with the target's in place of all that counts as equal.

    Event triggers are not drafted where one of them could fire for our superuser.
    """
    has = _by_key(now)
    kept = _by_key(wanted)
    for change in missing:
        key = (change.kind, change.identity)
        if change.kind == "event trigger" and now.server_major < _EVENT_TRIGGERS_SETTING:
            continue
        if key in has:
            kept[key] = has[key]
        else:
            kept.pop(key, None)
    return replace(now, all=tuple(sorted(kept.values())))


def _by_key(facts: Facts) -> dict[tuple[str, str], Fact]:
    found: Mapping[tuple[str, str], Fact] = {(fact.kind, fact.identity): fact for fact in facts.all}
    return dict(found)
