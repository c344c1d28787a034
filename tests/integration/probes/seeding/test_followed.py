"""Where made-up rows follow views, other languages, usual paths and our own role."""

import psycopg

from orchestrator.probes.seeding.ground import read_ground
from orchestrator.probes.seeding.scope import affected
from orchestrator.probes.seeding.sowing import HIDDEN
from orchestrator.probes.seeding.wishes import Reading
from tests.support.seeded import probed, within
from tests.support.servers import TestDatabase

_SCHEMA = """
create function public.called_out() returns text language plpgsql as
  $$ begin perform net.http_post('http://127.0.0.1:9/'); return 'x'; end $$;
create view public.outer_view as select public.called_out() as one;
create table public.below (id int primary key);
create view public.inner_view as select id from public.below;
create function public.by_view() returns boolean language sql as
  $$ select exists (select from public.inner_view) $$;
create function public.short_name() returns text language plpgsql as
  $$ begin return (select count(*)::text from below); end $$;
create domain public.word as text check (value <> 'VALUE');
create table public.through_view (id int primary key);
create table public.through_function (id int primary key);
create table public.unread (id int primary key);
create table public.usual_path (id int primary key, note text not null default public.short_name());
create table public.with_word (id int primary key, word public.word not null check (word ~ '^[A-Z]+$'));
create table public.told (id int primary key, note text check (note is null or note::uuid is not null));
create policy p on public.through_view using (exists (select from public.outer_view));
create policy p on public.through_function using (public.by_view());
create policy p on public.unread using (public.in_another('x') > 0);
do $$ declare one text; begin
  foreach one in array array['below', 'through_view', 'through_function', 'unread', 'usual_path',
                          'with_word'] loop
    execute format('alter table public.%I enable row level security', one);
    execute format('create policy own on public.%I to authenticated using (auth.uid() is not null)', one);
    execute format('grant all on public.%I to authenticated', one);
  end loop;
end $$;
"""


def _prepare(database: TestDatabase) -> None:
    with psycopg.connect(database.superuser_url, autocommit=True) as superuser:
        superuser.execute(
            "create function public.in_another(text) returns int"
            " language internal immutable strict as 'textlen'"
        )


def _unseeded(connection: psycopg.Connection) -> dict[str, str]:
    found = probed(connection, ["public"]).relations
    return {each.name.partition(".")[2]: each.unseeded for each in found}


def test_views_languages_and_usual_paths_are_followed(target_database: TestDatabase) -> None:
    _prepare(target_database)
    with psycopg.connect(target_database.url) as connection:
        connection.execute(_SCHEMA.encode())
        told = _unseeded(connection)
        assert told["through_view"] == ('its policy "p" calls called_out, which leaves the database') or told[
            "through_view"
        ].startswith('its policy "p" reads public.outer_view')
        assert told["unread"] == (
            'its policy "p" calls in_another, which is written in internal: what it does is unknown'
        )
        assert (told["usual_path"], told["with_word"], told["through_function"]) == ("", "", "")
        with within(connection)() as database:
            database.rows("select set_config('search_path', 'pg_catalog', true)")
            ground = read_ground(database)
        found = affected(ground, Reading(ground), [("view", "public.inner_view")])
        assert found is not None
        assert {"public.through_function", "public.unread"} <= found
        connection.rollback()


def test_where_row_security_binds_ourselves_nothing_is_tried(target_database: TestDatabase) -> None:
    _prepare(target_database)
    with psycopg.connect(target_database.superuser_url) as connection:
        connection.execute(_SCHEMA.encode())
        connection.execute(
            "alter table public.below force row level security; create role bound_owner;"
            "grant set on parameter session_replication_role to bound_owner;"
            "grant usage, create on schema public to bound_owner;"
            "alter table public.below owner to bound_owner;"
            "set local role bound_owner"
        )
        assert _unseeded(connection)["below"] == HIDDEN
        connection.rollback()


_FOLLOWED = """
create table public.a_list (id int primary key);
create table public.asks_what_is_gone (id int primary key);
create table public.asks_put_together (id int primary key);
create table public.asks_nothing (id int primary key);
create table public.asks_abroad (id int primary key);
create function public.by_old_name() returns boolean language plpgsql as
  $$ begin return exists (select from public.a_list_of_old); end $$;
create function public.put_together(name text) returns boolean language plpgsql as
  $$ declare found boolean; begin
       execute format('select exists (select from %I)', name) into found;
       return found;
     end $$;
create view public.from_abroad as select id from public.abroad;
create policy p on public.asks_what_is_gone using (public.by_old_name());
create policy p on public.asks_put_together using (public.put_together('a_' || 'list'));
create policy p on public.asks_abroad using (exists (select from public.from_abroad));
do $$ declare one text; begin
  foreach one in array array['asks_what_is_gone', 'asks_put_together', 'asks_nothing', 'asks_abroad'] loop
    execute format('alter table public.%I enable row level security', one);
    execute format('create policy own on public.%I to authenticated using (auth.uid() is not null)', one);
    execute format('grant all on public.%I to authenticated', one);
  end loop;
end $$;
"""


def test_names_of_what_is_gone_sql_put_together_and_foreign_tables_below_views_are_followed(
    target_database: TestDatabase,
) -> None:
    with psycopg.connect(target_database.superuser_url, autocommit=True) as superuser:
        superuser.execute("create extension if not exists postgres_fdw")
        superuser.execute("create server nowhere foreign data wrapper postgres_fdw")
        superuser.execute("create foreign table public.abroad (id int) server nowhere")
        superuser.execute("grant all on public.abroad to postgres")
    with psycopg.connect(target_database.url) as connection:
        connection.execute(_FOLLOWED.encode())
        with within(connection)() as database:
            database.rows("select set_config('search_path', 'pg_catalog', true)")
            ground = read_ground(database)
        reading = Reading(ground)
        assert affected(ground, reading, [("table", "public.a_list_of_old")]) == {
            "public.asks_what_is_gone",
            "public.asks_put_together",
        }
        # nobody can read out of its body which table it is
        assert affected(ground, reading, [("table", "public.a_list")]) == {
            "public.a_list",
            "public.asks_put_together",
        }
        told = _unseeded(connection)
        assert told["asks_abroad"] == "its policies read the foreign table public.abroad"
        assert told["asks_nothing"] == ""
        connection.rollback()
