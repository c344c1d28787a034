"""Rows for tables that are hard to make one up for, and the reasons where none may be made up."""

from pathlib import Path

import psycopg

from orchestrator.domain.matrix import Command, ExposedRelation
from orchestrator.probes.seeding.seeded import Limits, seed_and_try
from tests.support.seeded import probed, within
from tests.support.servers import TestDatabase

_ODD = (Path(__file__).parent / "odd_tables.sql").read_text()
_OPEN = """
do $$
declare one regclass;
begin
  for one in select c.oid from pg_class c
              where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
  loop
    execute format('alter table %s enable row level security', one);
    execute format('create policy probe on %s to authenticated using (auth.uid() is not null)', one);
    execute format('grant all on %s to authenticated', one);
  end loop;
end $$
"""
_UNTOUCHED = """
create function public.called_out() returns text language plpgsql as
  $$ begin perform net.http_post('http://127.0.0.1:9/'); return 'x'; end $$;
create function public.through() returns boolean language sql as $$ select public.called_out() is not null $$;
create function public.logged() returns boolean language plpgsql as
  $$ begin insert into public.log default values; return true; end $$;
create function public.held() returns boolean language sql as $$ select pg_try_advisory_lock(7) $$;
create function public.fired() returns trigger language plpgsql as
  $$ begin perform pg_notify('odd', ''); return new; end $$;
create table public.log (id bigint generated always as identity primary key);
create table public.calls_by_default (id int primary key, note text not null default public.called_out());
create table public.calls (id int primary key, note text);
create policy p on public.calls using (public.through());
create table public.looks (id int primary key);
create policy looks on public.looks using (exists (select from public.calls));
create table public.calls_by_check (id int primary key check (public.through()));
create table public.writes (id int primary key);
create policy p on public.writes using (public.logged());
create table public.holds (id int primary key);
create policy p on public.holds using (public.held());
create table public.fires (id int primary key);
create trigger fires before insert on public.fires for each row execute function public.fired();
alter table public.fires enable always trigger fires;
create table public.parted (id int) partition by list (id);
create table public.parted_1 partition of public.parted for values in (1);
create trigger fires before insert on public.parted_1 for each row execute function public.fired();
alter table public.parted_1 enable replica trigger fires;
create table public.locked (id int primary key);
create table public.plain (id int primary key);
"""
_COUNTERS = """
select schemaname, sequencename, last_value from pg_sequences order by 1, 2
"""


def _relations(connection: psycopg.Connection) -> dict[str, ExposedRelation]:
    return {relation.name: relation for relation in probed(connection, ["public"], on_copy=True).relations}


def _tries(relation: ExposedRelation, command: Command) -> tuple[str, ...]:
    [cell] = [c for c in relation.cells if c.identity == "user_a" and c.command is command]
    return cell.reach.tried_own if cell.reach else ()


def test_odd_tables_have_rows_and_no_sequence_moves(target_database: TestDatabase) -> None:
    with psycopg.connect(target_database.superuser_url, autocommit=True) as connection:
        connection.execute("create extension if not exists btree_gist")
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute(_ODD.encode())
        connection.execute(_OPEN)
        with psycopg.connect(target_database.superuser_url, autocommit=True) as other:
            other.execute("alter table public.of_another owner to supabase_storage_admin")
        connection.execute(
            "revoke all on public.some_columns from authenticated;"
            "grant select, insert (note), update (note) on public.some_columns to authenticated"
        )
        counters = connection.execute(_COUNTERS).fetchall()
        with connection.transaction(force_rollback=True):
            relations = _relations(connection)
        assert {name: each.unseeded for name, each in relations.items() if each.unseeded} == {}
        assert connection.execute(_COUNTERS).fetchall() == counters
        assert all(_tries(each, Command.SELECT) for each in relations.values())
        # nobody but the sequence could give it an id
        assert not _tries(relations["public.some_columns"], Command.INSERT)


def test_what_no_rollback_would_undo_is_left_alone_and_told(target_database: TestDatabase) -> None:
    with psycopg.connect(target_database.superuser_url, autocommit=True) as connection:
        connection.execute(
            "create extension if not exists postgres_fdw; create extension if not exists pg_net"
        )
        connection.execute("create server nowhere foreign data wrapper postgres_fdw")
        connection.execute("create foreign table public.foreign (id int) server nowhere")
        connection.execute("grant all on public.foreign to authenticated, postgres")
        connection.execute("create table public.not_ours (id int primary key)")
    with (
        psycopg.connect(target_database.url, autocommit=True) as connection,
        psycopg.connect(target_database.url) as other,
    ):
        connection.execute(_UNTOUCHED.encode())
        with psycopg.connect(target_database.superuser_url, autocommit=True) as superuser:
            superuser.execute(_OPEN)
            superuser.execute(
                "revoke insert on public.not_ours from public, postgres, anon, authenticated, service_role"
            )
        with connection.transaction(force_rollback=True):
            asked = probed(connection, ["public"], changed=[])
            other.execute("lock table public.locked in share mode")
            matrix = seed_and_try(within(connection), asked, limits=Limits(lock_seconds=0.1))
        told = {each.name.partition(".")[2]: each.unseeded for each in matrix.relations}
        assert told.pop("not_ours").startswith("42501: ")
        assert told.pop("locked").startswith("55P03: ")
        assert told == {
            "calls_by_check": "a check or an index of it calls called_out, which leaves the database",
            "calls_by_default": "the default of note calls called_out, which leaves the database",
            "calls": 'its policy "p" calls called_out, which leaves the database',
            "fires": "a trigger or a rule of public.fires fires even where triggers are switched off",
            '"foreign"': "it is a foreign table",
            "holds": 'its policy "p" calls held, which locks what others may want',
            "log": "",
            "looks": 'public.calls: its policy "p" calls called_out, which leaves the database',
            "parted": "a trigger or a rule of public.parted_1 fires even where triggers are switched off",
            "parted_1": "a trigger or a rule of public.parted_1 fires even where triggers are switched off",
            "plain": "",
            "writes": 'its policy "p" calls logged, which may move a sequence',
        }
