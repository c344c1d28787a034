"""Fill a fresh scratch database with a target's schema."""

from collections.abc import Iterator
from functools import partial
from typing import Final

import psycopg
from psycopg import sql

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.scratch import likeness
from orchestrator.adapters.postgres.scratch.playing import OWNER
from orchestrator.adapters.postgres.scratch.restore import carry_out, prepare_session, statements_of
from orchestrator.adapters.postgres.scratch.roles import Run, runner, set_for
from orchestrator.adapters.postgres.target.adoption import Adoption
from orchestrator.domain.facts import Change, Facts

_SQL = queries.load("sql/scratch/copies.sql")

#: longest time for carrying a dump out
_RESTORE_SECONDS: Final = 120.0
#: settings whose value is told by a digest only
_HIDDEN: Final = "sha256:"


def fill(inside: psycopg.Connection, dump: str, wanted: Facts, *, role: str) -> tuple[Change, ...]:
    """Make everything that the target has, as the superuser; return what is lacking still."""
    prepare_session(inside)
    _make_room(inside, wanted)
    statements = (*statements_of(dump), *refreshes(wanted))
    carry_out(inside, statements, seconds=_RESTORE_SECONDS)
    inside.execute("reset all")
    prepare_session(inside)
    run = runner(inside)
    _set_settings(inside, wanted, run)
    _make_history(inside, role)
    return likeness.close(wanted, partial(likeness.facts_as, inside, role), likeness.trying(inside))


def _make_room(inside: psycopg.Connection, wanted: Facts) -> None:
    """Take away what the template has and the dump makes by itself, or the target lacks."""
    run = runner(inside)
    for name in ("empty_public", "new_public", "open_public"):
        inside.execute(_SQL[name])
    for (publication,) in inside.execute(_SQL["publications"]).fetchall():
        run(sql.SQL("drop publication {}").format(sql.Identifier(publication)))
    places = {
        fact.identity.strip('"'): fact.parts.get("schema") for fact in wanted.all if fact.kind == "extension"
    }
    for name, schema in inside.execute(_SQL["extensions"]).fetchall():
        if places.get(name) != schema:
            run(sql.SQL("drop extension {}").format(sql.Identifier(name)))


def refreshes(wanted: Facts) -> Iterator[str]:
    """Fill materialized views, from empty tables: a dump of the schema leaves them as if never read."""
    for fact in wanted.all:
        if fact.kind == "materialized view" and "not populated" not in fact.parts:
            yield f"refresh materialized view {fact.identity}"


def _set_settings(inside: psycopg.Connection, wanted: Facts, run: Run) -> None:
    """Set what the target's database sets, for everybody or for a role in it."""
    [(here,)] = inside.execute("select pg_catalog.current_database()").fetchall()
    database = sql.Identifier(here)
    for fact in wanted.all:
        value = fact.parts.get("value", _HIDDEN)
        if fact.kind != "setting" or value.startswith(_HIDDEN):
            continue
        role, _, name = fact.identity.rpartition("/")
        whom = (
            sql.SQL("alter database {}").format(database)
            if role == "*"
            else sql.SQL("alter role {} in database {}").format(sql.SQL(role), database)
        )
        set_for(whom, name, value, run)


def _make_history(inside: psycopg.Connection, role: str) -> None:
    """Make the history and the fence as adopting makes them, empty, owned by who runs migrations."""
    identifier = sql.Identifier(role)
    inside.execute(_SQL["history_schema"])
    inside.execute(sql.SQL("alter schema supabase_migrations owner to {}").format(identifier))
    inside.execute(sql.SQL("set role {}").format(identifier))
    try:
        Adoption(inside, "scratch").place(OWNER)
    finally:
        inside.execute("reset role")
