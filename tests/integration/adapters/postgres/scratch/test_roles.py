"""Copies on a scratch server of its own, which knows none of the target's roles."""

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from orchestrator.adapters.postgres.scratch.copies import Copies
from orchestrator.adapters.postgres.scratch.scratch import PostgresScratch
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.domain.facts import Change
from orchestrator.embedded import programs, scratch
from orchestrator.embedded.postgres import SUPERUSER
from orchestrator.embedded.scratch import ScratchServer
from tests.support.folders import a_folder
from tests.support.servers import postgres_under_test
from tests.support.told_plays import migration

WHEEL = programs.client("pg_dump")
MAJOR = programs.major_of(postgres_under_test())
#: below PostgreSQL 16 nobody may make roles on a scratch server
MAKES_ROLES = MAJOR >= 16


@pytest.fixture(scope="module")
def own_server() -> Iterator[ScratchServer]:
    with a_folder("tests") as state:
        try:
            yield scratch.acquire(state, major=MAJOR)
        finally:
            scratch.release_all()


@pytest.fixture
def roles(superuser) -> Iterator[None]:
    """What people made for themselves on the target's server."""
    superuser.execute(
        "create role reader noinherit; create role maker createrole createdb bypassrls login password 'hush';"
        'create role "Odd, one" login; create role almighty superuser;'
        'grant reader to postgres; grant maker to "Odd, one" with admin option;'
        "grant pg_execute_server_program, pg_read_all_data to maker;"
        "alter role maker set statement_timeout = '7s'; alter role maker set search_path = \"Odd\", public;"
        "alter role maker set app.token = 'hush'; alter role reader set work_mem = '8MB';"
        "create table public.books (id int); grant select on public.books to reader, almighty;"
        'create schema "Odd" authorization maker'
    )
    yield
    superuser.execute(
        'drop schema "Odd"; drop table public.books;'
        'drop role reader; drop role maker; drop role "Odd, one"; drop role almighty'
    )


@pytest.fixture
def asked(own_server) -> Iterator[psycopg.Connection]:
    with psycopg.connect(own_server.url("postgres", SUPERUSER), autocommit=True) as connection:
        yield connection


def scratch_on(server: ScratchServer) -> PostgresScratch:
    return PostgresScratch(lambda _: server, (), Copies)


def test_a_copy_on_a_server_of_its_own_has_the_targets_roles(
    own_server, asked, *, address, superuser, facts_of, roles
):
    copies = Copies(own_server, pg_dump_of_wheel=WHEEL)
    copy = copies.copy_of(address, facts_of())
    expected = [
        Change(kind="role", identity="almighty", before="superuser\x1finherit", after="inherit"),
        *([] if MAKES_ROLES else [
            Change(kind="role", identity="maker", before="inherit\x1fcreaterole\x1fcreatedb\x1fbypassrls",
                   after="inherit\x1fcreatedb\x1fbypassrls"),
            Change(kind="role", identity="postgres",
                   before="inherit\x1fcreaterole\x1fcreatedb\x1freplication\x1fbypassrls",
                   after="inherit\x1fcreatedb\x1freplication\x1fbypassrls"),
        ]),
        Change(kind="membership", identity="maker of pg_execute_server_program", before="", after=None),
    ]  # fmt: skip
    assert list(copy.missing) == expected
    made = asked.execute(
        "select rolname, rolcanlogin, rolsuper, rolpassword is null from pg_authid"
        " where rolname in ('reader', 'maker', 'Odd, one', 'almighty') order by rolname"
    ).fetchall()
    assert {row[1:] for row in made} == {(False, False, True)}
    assert len(made) == 4
    [(settings,)] = asked.execute(
        "select setconfig from pg_db_role_setting where setrole = 'maker'::regrole and setdatabase = 0"
    ).fetchall()
    assert settings == ['search_path="Odd", public', "statement_timeout=7s"]
    with scratch_on(own_server).playing(copy, together=True) as play:
        reads = "do $$ begin set role reader; perform from public.books; reset role; end $$"
        play.apply(migration("1"), reads)
        with play.asking() as inside:
            assert inside.rows("select rolsuper from pg_roles where rolname = current_user") == [(False,)]


def test_it_is_found_again_and_a_new_role_makes_a_new_copy(own_server, address, superuser, facts_of):
    copies = Copies(own_server, pg_dump_of_wheel=WHEEL)
    wanted = facts_of()
    first = copies.copy_of(address, wanted)
    assert copies.copy_of(address, wanted) == replace(first, kept=True)
    superuser.execute("create role newcomer")
    try:
        assert copies.copy_of(address, wanted).database != first.database
    finally:
        superuser.execute("drop role newcomer")


def test_an_ordinary_user_of_a_plain_database_runs_migrations_in_its_copy(own_server, plain_target):
    with psycopg.connect(plain_target.url, autocommit=True) as target:
        target.execute("create table public.orders (id int primary key)")
    address = TargetAddress(name="shop", url=plain_target.url)
    copy = Copies(own_server, pg_dump_of_wheel=WHEEL).copy_of(address, plain_target.facts())
    assert (copy.role, copy.missing) == (plain_target.role, ())
    with psycopg.connect(own_server.url(copy.database, copy.role), autocommit=True) as inside:
        assert inside.execute("select count(*) from public.orders").fetchone() == (0,)
        inside.execute("create schema more; alter table public.orders add column note text")


def test_where_a_superuser_deploys_its_copy_is_played_by_a_member_of_all(own_server, plain_target, superuser):
    superuser.execute(f"alter role {plain_target.role} superuser; create role app_owner")
    try:
        with psycopg.connect(plain_target.url, autocommit=True) as target:
            target.execute("create table public.apps (id int); alter table public.apps owner to app_owner")
            address = TargetAddress(name="shop", url=plain_target.url)
            copy = Copies(own_server, pg_dump_of_wheel=WHEEL).copy_of(address, plain_target.facts())
            target.execute("drop table public.apps")
        assert Change(kind="role", identity=plain_target.role, before="superuser\x1finherit",
                      after="inherit") in copy.missing  # fmt: skip
        with scratch_on(own_server).playing(copy, together=True) as play:
            play.apply(migration("1"), "alter table public.apps add column note text")
    finally:
        superuser.execute("drop role app_owner")
