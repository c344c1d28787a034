import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from orchestrator.adapters.postgres.scratch import copies as module
from orchestrator.adapters.postgres.scratch import filling
from orchestrator.adapters.postgres.scratch.copies import KEPT, Copies
from orchestrator.adapters.postgres.scratch.likeness import facts_as
from orchestrator.adapters.postgres.scratch.playing import OWNER
from orchestrator.adapters.postgres.scratch.turn import TURN_KEY
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.domain.errors import ConfigurationError, Unavailable
from orchestrator.domain.facts import difference
from orchestrator.domain.rehearsal import CannotCopy, CopyOrigin
from orchestrator.embedded import scratch
from orchestrator.embedded.postgres import SUPERUSER
from tests.integration.adapters.postgres.scratch.conftest import WHEEL
from tests.support.folders import a_folder
from tests.support.scratch import TestServer

#: what a project has beside its tables: hung into the platform's schemas, or hard to bring over
HUNG_UP = """
    create function public.new_user() returns trigger language plpgsql security definer
        set search_path = '' as $$ begin return new; end $$;
    create trigger on_auth_user_created after insert on auth.users
        for each row execute function public.new_user();
    create policy "own files" on storage.objects for select to authenticated
        using (owner = (select auth.uid()));
    insert into storage.buckets (id, name, public, file_size_limit) values ('avatars', 'avatars', true, 5000);
    create table public.orders (
        id bigint generated always as identity primary key, customer uuid references auth.users,
        total numeric not null check (total > 0), sum numeric generated always as (total * 2) stored,
        placed timestamptz not null default now()
    ) partition by range (id);
    create table public.orders_first partition of public.orders for values from (1) to (1000);
    create index on public.orders (customer);
    alter table public.orders enable row level security;
    create policy own on public.orders using (customer = (select auth.uid()));
    alter publication supabase_realtime add table public.orders_first;
    create materialized view public.totals as select sum(total) from public.orders with data;
    create materialized view public.unread as select sum(total) from public.orders with no data;
    create view public.mine with (security_invoker = on) as select * from public.orders;
    create type public.mood as enum ('good', 'it''s bad');
    create domain public.email as text check (value like '%@%');
    create statistics public.orders_stat on customer, placed from public.orders;
    create function public.now_of(public.mood) returns text
        begin atomic; select $1::text; select 'a;b' as text; end;
    create schema billing;
    create table billing.invoices (id int primary key, "odd ""name" text);
    grant usage on schema billing to service_role;
    grant select (id) on billing.invoices to authenticated;
    alter default privileges in schema billing grant select on tables to service_role;
    comment on table billing.invoices is 'what people owe; really';
    create rule no_deletes as on delete to billing.invoices do instead nothing;
    revoke execute on function public.new_user() from public, anon, authenticated;
"""
#: a project that does not expose new tables by itself, and whose schema public is less open
NEW_DEFAULTS = """
    alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
    alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
    alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;
    create table public.hidden (id int);
    revoke usage on schema public from anon;
"""


def open_copy(server, copy, role=None):
    return psycopg.connect(server.url(copy.database, role or copy.role), autocommit=True)


def facts_in(server, copy):
    with open_copy(server, copy, SUPERUSER) as inside:
        return facts_as(inside, copy.role)


def databases_like(server, pattern):
    with psycopg.connect(server.url("postgres", SUPERUSER), autocommit=True) as connection:
        rows = connection.execute(
            "select datname from pg_database where datname like %s", [pattern]
        ).fetchall()
        return {name for (name,) in rows}


@pytest.mark.parametrize("defaults", ["", NEW_DEFAULTS], ids=["old defaults", "new defaults"])
def test_a_copy_has_every_fact_of_its_target_and_no_row(
    copies, server, *, address, db, telecom, facts_of, defaults
):
    db.execute(HUNG_UP)
    if defaults:
        db.execute(defaults)
    wanted = facts_of()
    copy = copies.copy_of(address, wanted)
    assert copy.missing == ()
    assert difference(wanted.all, facts_in(server, copy).all) == ()
    assert (copy.origin, copy.role, copy.kept) == (CopyOrigin.TARGET, "postgres", False)
    assert (copy.server_major, copy.target_major) == (server.major, server.major)
    with open_copy(server, copy, SUPERUSER) as inside:
        tables = inside.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in "
            "('pg_catalog', 'information_schema', 'vault', 'supabase_migrations')"
        ).fetchall()
        filled = [name for (name,) in tables if inside.execute(f"select from {name} limit 1").fetchall()]
    assert filled == ["storage.buckets"]  # declared like schema


def test_whoever_runs_migrations_writes_history_there_and_is_no_superuser(
    copies, server, address, db, facts_of
):
    db.execute("create table public.mine (id int)")
    copy = copies.copy_of(address, facts_of())
    with open_copy(server, copy) as inside:
        assert inside.execute("select rolsuper from pg_roles where rolname = current_user").fetchone() == (
            False,
        )
        reader = Reader(inside, "scratch")
        assert (reader.history(), reader.fence().owner) == ((), OWNER)
        inside.execute("insert into supabase_migrations.schema_migrations (version) values ('1')")
        inside.execute("insert into supabase_migrations.bascule_applied (version) values ('1')")
        inside.execute("alter table public.mine add column more text")
        inside.execute("create trigger again after insert on auth.users for each row execute function "
                       "suppress_redundant_updates_trigger()")  # fmt: skip


def test_a_kept_copy_is_found_again_at_once(copies, server, *, address, db, telecom, facts_of):
    wanted = facts_of()
    begun = time.perf_counter()
    first = copies.copy_of(address, wanted)
    made = time.perf_counter() - begun
    took = []
    for _ in range(8):
        begun = time.perf_counter()
        again = Copies(server).copy_of(address, wanted)
        took.append(time.perf_counter() - begun)
    assert min(took) < made / 5
    assert (first.kept, again.kept) == (False, True)
    assert (again.database, again.missing) == (first.database, first.missing)
    assert copies.find(first.database) == first.database


def test_other_facts_are_another_copy(copies, address, db, facts_of):
    before = copies.copy_of(address, facts_of())
    db.execute("create table public.more (id int)")
    assert copies.copy_of(address, facts_of()).database != before.database


@pytest.mark.parametrize("where", ["filled", "gets its name"])
def test_a_crash_leaves_nothing_that_is_taken_for_a_copy(
    copies, server, *, address, db, facts_of, monkeypatch, where
):
    wanted = facts_of()

    def crash(name):
        if name.endswith(where):
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, "crash_point", crash)
        with pytest.raises(KeyboardInterrupt):
            copies.copy_of(address, wanted)
    [unfinished] = databases_like(server, "copy\\_%")
    assert unfinished.endswith("_new")
    assert copies.find(unfinished.removesuffix("_new")) is None
    assert not copies.copy_of(address, wanted).kept
    assert not databases_like(server, "copy\\_%\\_new")


def test_only_the_last_used_copies_are_kept(copies, server, address, db, facts_of):
    made = []
    for number in range(KEPT + 1):
        db.execute(f"create table public.t{number} (id int)")
        wanted = facts_of()
        made.append(copies.copy_of(address, wanted).database)
        if number == 0:
            oldest = wanted
        copies.copy_of(address, oldest)  # used all the time
    assert databases_like(server, "copy\\_%") == {made[0], *made[2:]}


def test_who_waits_too_long_for_the_server_is_told_to_come_back(server, address, facts_of):
    with psycopg.connect(server.url("postgres", SUPERUSER), autocommit=True) as other:
        other.execute("select pg_advisory_lock(%s)", [TURN_KEY])
        with pytest.raises(Unavailable) as raised:
            Copies(server, turn_seconds=0.2).copy_of(address, facts_of())
    assert raised.value.code == "scratch-busy"


def test_an_extension_that_nobody_acts_is_listed(copies, address, superuser, facts_of):
    [(shared,)] = superuser.execute("select setting from pg_config where name = 'SHAREDIR'").fetchall()
    folder = Path(shared, "extension")
    control, script = folder / "only_there.control", folder / "only_there--1.0.sql"
    control.write_text("default_version = '1.0'\n")
    script.write_text("create type public.color as (red int);\n")
    try:
        superuser.execute(
            "create extension only_there; create table public.walls (id int, paint public.color)"
        )
    finally:
        control.unlink()
        script.unlink()
    copy = copies.copy_of(address, facts_of())
    lacking = {(each.kind, each.identity) for each in copy.missing}
    assert ("extension", "only_there") in lacking
    assert ("column", "public.walls.paint") in lacking
    assert all(each.after is None for each in copy.missing if each.kind == "extension")
    assert copies.copy_of(address, facts_of()).missing == copy.missing


def test_extensions_that_are_only_acted_are_named(copies, server, address, db, facts_of):
    db.execute("create extension pg_cron; create extension http with schema extensions")
    copy = copies.copy_of(address, facts_of())
    assert copy.missing == ()
    assert {"pg_cron", "http"} <= set(copy.stand_ins) <= server.stand_ins
    assert "timescaledb" not in copy.stand_ins


def test_an_extension_of_the_template_that_the_target_has_elsewhere_moves(
    copies, server, address, superuser, facts_of
):
    superuser.execute("drop extension pgcrypto; create extension pgcrypto with schema public;"
                      "drop extension pg_stat_statements")  # fmt: skip
    assert copies.copy_of(address, facts_of()).missing == ()


def test_settings_of_the_database_are_the_targets(copies, server, address, superuser, facts_of):
    [(name,)] = superuser.execute("select current_database()").fetchall()
    superuser.execute(f'alter database {name} set search_path = public, "odd Name", extensions')
    superuser.execute(f"alter role anon in database {name} set statement_timeout = '1s'")
    superuser.execute(f"alter database {name} set app.secret = 'hush'")
    copy = copies.copy_of(address, facts_of())
    assert [each.identity for each in copy.missing] == ["*/app.secret"]
    with open_copy(server, copy, SUPERUSER) as inside:
        assert inside.execute("show search_path").fetchone() == ('public, "odd Name", extensions',)


def test_a_plain_database_is_copied_for_its_own_user(copies, server, plain_target):
    with psycopg.connect(plain_target.url, autocommit=True) as target:
        target.execute(
            "create schema auth; create table auth.users (id int primary key, name text);"
            "create table public.orders (id int primary key, of int references auth.users);"
            "insert into auth.users values (1, 'one'); grant select on public.orders to public"
        )
    server._passwords[plain_target.role] = plain_target.password
    address = TargetAddress(name="shop", url=plain_target.url)
    copy = copies.copy_of(address, plain_target.facts())
    assert (copy.missing, copy.role) == ((), plain_target.role)
    with open_copy(server, copy) as inside:
        owner = inside.execute(
            "select pg_get_userbyid(datdba) from pg_database where datname = current_database()"
        ).fetchone()
        assert owner == (plain_target.role,)
        assert inside.execute("select count(*) from auth.users").fetchone() == (0,)
        inside.execute("alter table public.orders add column note text")


def test_no_trigger_of_the_targets_runs_for_our_superuser(copies, server, address, superuser, facts_of):
    superuser.execute(
        "create table public.seen (who text);"
        "create function public.spy() returns event_trigger language plpgsql as"
        " $$ begin insert into public.seen values (current_user); end $$;"
        "create event trigger spy on ddl_command_end execute function public.spy();"
        "alter event trigger spy enable always; truncate public.seen;"
        "create role event_owner superuser; alter event trigger spy owner to event_owner"
    )
    try:
        copy = copies.copy_of(address, facts_of())
        with open_copy(server, copy, SUPERUSER) as inside:
            assert inside.execute("select * from public.seen").fetchall() == []
            there = inside.execute("select count(*) from pg_event_trigger where evtname = 'spy'").fetchone()
        assert there == (1,)
        if server.major >= 17:
            assert copy.missing == ()
        else:
            assert [each.identity for each in copy.missing] == ["spy"]
    finally:
        superuser.execute("alter event trigger spy owner to current_user")
        with open_copy(server, copy, SUPERUSER) as inside:
            inside.execute("reassign owned by event_owner to current_user")
        superuser.execute("drop role event_owner")


def test_a_user_mapping_comes_without_its_password(
    copies, server, *, address, superuser, facts_of, monkeypatch
):
    superuser.execute(
        "create foreign data wrapper elsewhere; create server other foreign data wrapper elsewhere;"
        "create user mapping for postgres server other options (password 'hush');"
        "grant usage on foreign server other to postgres"
    )
    seen = []
    real = filling.statements_of
    monkeypatch.setattr(filling, "statements_of", lambda dump: (seen.append(dump), real(dump))[1])
    copy = copies.copy_of(address, facts_of())
    with open_copy(server, copy, SUPERUSER) as inside:
        assert inside.execute("select umoptions from pg_user_mapping").fetchall() == [(None,)]
    assert "hush" in seen[0]


def test_the_scratch_servers_superuser_is_nobodys_migrator(copies, server, target_database, facts_of):
    address = TargetAddress(name="staging", url=target_database.superuser_url)
    with pytest.raises(CannotCopy, match="supabase_admin"):
        copies.copy_of(address, facts_of())


def test_a_target_that_is_away_is_not_called_impossible_to_copy(copies, address, facts_of):
    port = urlsplit(address.url).port
    away = TargetAddress(name="staging", url=address.url.replace(str(port), "1"))
    with pytest.raises(Unavailable):
        copies.copy_of(away, facts_of())


class Named(TestServer):
    """A server that the operator named: whoever's databases are on it."""

    is_ours = False


def test_a_target_that_stands_on_the_scratch_server_is_refused_though_nothing_marks_it(
    postgres, address, facts_of, server
):
    with pytest.raises(ConfigurationError) as refused:
        Copies(Named(postgres), pg_dump_of_wheel=WHEEL).copy_of(address, facts_of())
    assert (refused.value.code, refused.value.nouns["target"]) == ("scratch-not-worthless", "staging")
    assert "staging is a database of the scratch server" in str(refused.value)
    assert not databases_like(server, "copy\\_%")


def test_a_target_elsewhere_is_copied_to_a_server_that_the_operator_named(address, facts_of):
    with a_folder("copies") as state:
        own = scratch.acquire(state)
        try:
            named = scratch.configured(own.url("postgres", SUPERUSER))
            copy = Copies(named, pg_dump_of_wheel=WHEEL).copy_of(address, facts_of())
        finally:
            scratch.release_all()
    assert (copy.origin, copy.missing) == (CopyOrigin.TARGET, ())
