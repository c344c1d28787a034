"""A play takes place under its target's name and with its target's rights, and leaves neither behind."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import psycopg
import pytest

from orchestrator.adapters.postgres.scratch.copies import Copies
from orchestrator.adapters.postgres.scratch.likeness import facts_as
from orchestrator.adapters.postgres.scratch.scratch import PostgresScratch
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.domain.errors import TargetError
from orchestrator.domain.facts import Facts
from orchestrator.domain.rehearsal import NotInOneTransaction, ScratchCopy
from orchestrator.embedded import programs, scratch
from orchestrator.embedded.postgres import SUPERUSER
from orchestrator.embedded.scratch import ScratchServer
from tests.support.folders import a_folder
from tests.support.servers import postgres_under_test
from tests.support.told_plays import migration

WHEEL = programs.client("pg_dump")
MAJOR = programs.major_of(postgres_under_test())
SETTINGS = """
    select s.setconfig from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
     where d.datname = current_database() and s.setrole = 0
"""
WAYS = pytest.mark.parametrize("together", [True, False], ids=["together", "apart"])


@dataclass(frozen=True, kw_only=True)
class Theatre:
    """A scratch server, and what is asked of it."""

    server: ScratchServer
    scratch: PostgresScratch

    def copy(self, address: TargetAddress, facts: Facts) -> ScratchCopy:
        return Copies(self.server, pg_dump_of_wheel=WHEEL).copy_of(address, facts)

    def refused(self, copy: ScratchCopy, sql: str, *, together: bool) -> str | None:
        """Play a migration; return the SQLSTATE with which it fails."""
        with suppress(NotInOneTransaction), self.scratch.playing(copy, together=together) as play:
            try:
                play.apply(migration("1"), sql)
            except NotInOneTransaction as apart:
                return str(apart.failure.nouns["sqlstate"]) if apart.failure else ""
            except TargetError as error:
                return str(error.nouns["sqlstate"])
        return None

    def state(self) -> tuple[object, ...]:
        """Return what all databases share."""
        return tuple(
            self.ask(question)
            for question in (
                "select to_jsonb(r) - 'oid' from pg_authid r order by rolname",
                "select roleid::regrole::text, member::regrole::text from pg_auth_members order by 1, 2",
                "select setdatabase, setrole::regrole::text, setconfig from pg_db_role_setting order by 1, 2",
                "select parname, x::text from pg_parameter_acl, unnest(paracl) x order by 1, 2",
                "select datname, datdba, datacl from pg_database order by 1",
            )
        )

    def ask(self, question: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.server.url("template1", SUPERUSER), autocommit=True) as connection:
            return connection.execute(question.encode()).fetchall()


@pytest.fixture(scope="module")
def theatre() -> Iterator[Theatre]:
    with a_folder("tests") as state:
        try:
            server = scratch.acquire(state, major=MAJOR)
            yield Theatre(server=server, scratch=PostgresScratch(lambda _: server, (), Copies))
        finally:
            scratch.release_all()


@pytest.fixture
def postgres_database(postgres, target_database) -> Iterator[Callable[[], Facts]]:
    """The target is called postgres, as on a hosted project; what is there under that name waits."""
    with psycopg.connect(postgres.url("template1", SUPERUSER), autocommit=True) as other:
        other.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'postgres'")
        other.execute("alter database postgres rename to postgres_waits")
        other.execute(f"alter database {target_database.name} rename to postgres".encode())
        try:
            yield lambda: facts_of(postgres.url("postgres", SUPERUSER))
        finally:
            other.execute(f"alter database postgres rename to {target_database.name}".encode())
            other.execute("alter database postgres_waits rename to postgres")


def facts_of(url: str) -> Facts:
    with psycopg.connect(url, autocommit=True) as connection:
        return facts_as(connection, "postgres")


@WAYS
def test_a_migration_finds_its_database_by_the_targets_name(theatre, postgres, postgres_database, together):
    address = TargetAddress(name="staging", url=postgres.url("postgres", "postgres"))
    copy = theatre.copy(address, postgres_database())
    before = theatre.state()
    up = (
        "alter database postgres set statement_timeout = '9s';"
        "revoke connect on database postgres from public;"
        "comment on database postgres is 'ours';"
        "do $$ begin assert current_database() = 'postgres'; end $$"
    )
    with theatre.scratch.playing(copy, together=together) as play:
        facts = []
        for _ in range(2):
            play.mark(lambda: None)
            play.apply(migration("1"), up)
            with play.asking() as database:
                facts.append(database.rows(SETTINGS))
            play.back_to(0)
    assert facts == [[(["statement_timeout=9s"],)]] * 2
    assert theatre.state() == before
    assert theatre.refused(copy, "alter database another set work_mem = '8MB'", together=together) == "3D000"


def test_a_database_made_from_files_is_called_as_on_a_hosted_project(theatre):
    up = "alter database postgres set work_mem = '8MB'"
    before = theatre.ask("select oid from pg_database where datname = 'postgres'")
    copy = theatre.scratch.build([(migration("0"), up)])
    with theatre.scratch.playing(copy, together=True) as play, play.asking() as database:
        assert database.rows("select current_database()::text, current_setting('work_mem')") == [
            ("postgres", "8MB")
        ]
    assert theatre.ask("select oid from pg_database where datname = 'postgres'") == before == [(5,)]


def test_where_somebody_is_in_the_way_a_copy_is_played_under_its_own_name(theatre):
    copy = theatre.scratch.build([])
    with (
        psycopg.connect(theatre.server.url("postgres", SUPERUSER)) as visitor,
        theatre.scratch.playing(copy, together=True) as play,
        play.asking() as database,
    ):
        assert database.rows("select current_database()::text") == [(copy.database,)]
        assert visitor.execute("select 1").fetchone() == (1,)


#: what takes a right from the target's role, what gives it back, and a migration that needs it
RIGHTS = {
    "of an owner": (
        "revoke supabase_auth_admin from postgres",
        "grant supabase_auth_admin to postgres with admin option",
        "alter table auth.users add column nickname text",
    ),
    "to make roles": (
        "alter role postgres nocreaterole",
        "alter role postgres createrole",
        "create role somebody",
    ),
    "to pass row security by": (
        "alter role postgres nobypassrls",
        "alter role postgres bypassrls",
        "do $$ begin assert (select rolbypassrls from pg_roles where rolname = current_user); end $$",
    ),
    "to a setting": (
        "revoke set on parameter session_replication_role from postgres",
        "grant set on parameter session_replication_role to postgres",
        "set session_replication_role = replica",
    ),
    "of the database's owner": (
        "alter database {} owner to supabase_admin; grant connect on database {} to postgres",
        "alter database {} owner to postgres",
        "create schema more",
    ),
}
#: below PostgreSQL 16 nobody may make roles on a scratch server
KNOWN = [right for right in RIGHTS if right != "to make roles" or MAJOR >= 16]


@WAYS
@pytest.mark.parametrize("right", KNOWN)
def test_what_the_targets_role_may_not_do_fails_in_a_play_and_only_for_this_target(
    theatre, address, superuser, *, facts_of, target_database, right, together
):
    take, give, needs = (text.replace("{}", target_database.name) for text in RIGHTS[right])
    allowed = theatre.copy(address, facts_of())
    superuser.execute(take)
    try:
        copy = theatre.copy(address, facts_of())
    finally:
        superuser.execute(give)
    before = theatre.state()
    assert theatre.refused(copy, needs, together=together) in ("42501", "P0004")
    assert theatre.refused(allowed, needs, together=together) is None
    assert theatre.state() == before
    assert {each.identity for each in copy.missing} <= {"postgres"}  # below 16 it makes no roles


def test_a_clone_has_the_privileges_and_settings_of_its_copy(
    theatre, address, superuser, *, facts_of, target_database
):
    name = target_database.name
    superuser.execute(f"alter database {name} set work_mem = '7MB'")
    superuser.execute(f"revoke connect on database {name} from public")
    superuser.execute(f"grant connect, create on database {name} to authenticated with grant option")
    copy = theatre.copy(address, facts_of())
    asked = """
        select current_setting('work_mem'), array(select x::text from unnest(datacl) x order by 1),
               datdba::regrole::text
          from pg_database where datname = current_database()
    """
    seen = []
    for together in (True, False):
        with theatre.scratch.playing(copy, together=together) as play, play.asking() as database:
            seen += database.rows(asked)
    expected = ["=T/postgres", "authenticated=C*c*/postgres", "postgres=CTc/postgres"]
    assert seen == [("7MB", sorted(expected), "postgres")] * 2
