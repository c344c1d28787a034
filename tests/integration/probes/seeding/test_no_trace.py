"""Made-up rows leave nothing behind, and nobody waits for them."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count

import psycopg
import pytest
from psycopg import sql

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.domain.matrix import Matrix
from orchestrator.probes.matrix import ask
from orchestrator.probes.seeding.seeded import seed_and_try
from tests.support.servers import TestDatabase

#: nobody may wait longer
_LONGEST_SECONDS = 0.05
_ROUNDS = 5

_SCHEMA = """
create sequence public.tickets;
create function public.ticket() returns text language sql as $$ select 'T' || nextval('public.tickets') $$;
create function public.shout() returns trigger language plpgsql as $$
begin
  perform pg_notify('shout', tg_op);
  perform nextval('public.tickets');
  insert into public.shouts (what) values (tg_op);
  return new;
end $$;
create table public.shouts (id bigserial primary key, what text);
create table public.teams (id uuid primary key default gen_random_uuid(), name text not null);
create table public.members (
  team uuid not null references public.teams, person uuid not null references auth.users on delete cascade,
  role text not null default 'member' check (role in ('member', 'admin')), primary key (team, person)
);
create function public.is_member(wanted uuid) returns boolean language sql stable security definer as $$
  select exists (select from public.members where team = wanted and person = auth.uid()) $$;
create table public.notes (
  id bigint generated always as identity primary key, team uuid not null references public.teams,
  owner uuid not null default auth.uid(), ticket text not null default public.ticket(), body text
);
create trigger shout after insert or update or delete on public.notes
  for each row execute function public.shout();
create table public.logged (at timestamptz not null, owner uuid, what text) partition by range (at);
create table public.logged_now partition of public.logged
  for values from ('2020-01-01') to ('2099-01-01');
do $$ declare one text; begin
  foreach one in array array['shouts', 'teams', 'members', 'notes', 'logged'] loop
    execute format('alter table public.%I enable row level security', one);
    execute format('grant all on public.%I to anon, authenticated, service_role', one);
  end loop;
end $$;
create policy of_members on public.teams to authenticated using (public.is_member(id));
create policy of_members on public.members to authenticated using (public.is_member(team));
create policy of_members on public.notes to authenticated
  using (public.is_member(team)) with check (owner = auth.uid());
create policy own on public.logged to authenticated using (owner = auth.uid());
create policy seen on public.shouts to authenticated using (what is not null);
insert into public.teams (name) select 'team ' || n from generate_series(1, 50) n;
insert into public.notes (team, owner, body) select id, gen_random_uuid(), 'x' from public.teams;
"""
_TABLES = """
select format('%I.%I', n.nspname, c.relname)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema') order by 1
"""
_SETTINGS = """
select name, setting from pg_settings
 union all select 'current user', current_user union all select 'session user', session_user
 union all select 'claims', coalesce(current_setting('request.jwt.claims', true), '') order by 1
"""
_HELD = """
select count(*) from pg_locks
 where pid = pg_backend_pid() and locktype <> 'virtualxid' and relation is distinct from 'pg_locks'::regclass
"""
_CLUSTER = """
select (select jsonb_agg(to_jsonb(r) order by oid) from pg_authid r),
       (select jsonb_agg(to_jsonb(m) order by roleid, member) from pg_auth_members m),
       (select count(*) from pg_locks where locktype = 'advisory'), (select count(*) from pg_prepared_xacts),
       (select count(*) from pg_largeobject_metadata), (select count(*) from pg_class),
       (select count(*) from pg_proc)
"""


def _everything(database: TestDatabase) -> Mapping[str, object]:
    """Read every row of every table, what every sequence says, and what belongs to the cluster."""
    with psycopg.connect(database.superuser_url) as connection:
        found: dict[str, object] = {"cluster": connection.execute(_CLUSTER).fetchall()}
        for (name,) in connection.execute(_TABLES).fetchall():
            rows = sql.SQL("select t::text, t.xmin::text, t.ctid::text from {} t order by 1, 2").format(
                sql.SQL(name)
            )
            found[name] = connection.execute(rows).fetchall()
        for (name,) in connection.execute(
            "select oid::regclass::text from pg_class where relkind = 'S'"
        ).fetchall():
            asked = sql.SQL("select last_value, is_called, log_cnt from {}").format(sql.SQL(name))
            found[name] = connection.execute(asked).fetchall()
        return found


def _probe(database: TestDatabase) -> Matrix:
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("do $$ begin null; end $$")  # brings the language's settings
        before = connection.execute(_SETTINGS).fetchall()
        reader = Reader(connection, "staging")
        with reader.asking() as asked:
            matrix = ask(asked, ["public", "storage"])
        found = seed_and_try(reader.probing, matrix)
        assert {*connection.execute(_SETTINGS).fetchall()} ^ {*before} == set()
        assert connection.execute(_HELD).fetchall() == [(0,)]
        return found


def test_no_row_no_sequence_no_notification_and_no_setting_is_another_afterwards(
    target_database: TestDatabase,
) -> None:
    with psycopg.connect(target_database.url, autocommit=True) as listener:
        listener.execute(_SCHEMA.encode())
        listener.execute("listen shout")
        before = _everything(target_database)
        matrix = _probe(target_database)
        assert {each.unseeded for each in matrix.relations} == {""}
        assert _everything(target_database) == before
        assert list(listener.notifies(timeout=0.2)) == []


#: who waits for a lock of one of these, and how long already
_WAITS = """
select max(extract(epoch from clock_timestamp() - l.waitstart))::float8
  from pg_locks l
 where not l.granted and pg_blocking_pids(l.pid) && %s::integer[] and l.pid <> all (%s::integer[])
"""
_WRITES = (
    "insert into public.notes (team, owner) select id, gen_random_uuid() from public.teams limit 1",
    "update public.notes set body = 'x' where id > 1 and id % 10 = 3",
    "delete from public.notes where id in (select max(id) from public.notes)",
    "insert into public.teams (name) values ('one more')",
    "update public.teams set name = name where name = 'team 1'",
    "insert into public.logged (at, what) values (now(), 'x')",
    "delete from public.logged where what = 'x'",
    "delete from public.members",
)


class _Load:
    """Writers who go on until they are told to stop; meanwhile it is watched who waits for whom."""

    def __init__(self, database: TestDatabase) -> None:
        self._database = database
        self._stopped = threading.Event()
        #: whoever waits for one of these is counted
        self.suspects: list[int] = []
        self.longest_wait = 0.0
        self.slowest_write = 0.0
        self.writes = 0
        self.looks = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        with (
            psycopg.connect(self._database.url) as sleeper,
            ThreadPoolExecutor(4) as pool,
        ):
            sleeper.execute("insert into public.teams (name) values ('for long')")
            sleeper.execute("update public.notes set body = 'for long' where id = 1")
            work = [pool.submit(self._write, place) for place in range(3)] + [pool.submit(self._watch)]
            try:
                yield
            finally:
                self._stopped.set()
                for each in work:
                    each.result(timeout=30)
                sleeper.rollback()

    def _write(self, place: int) -> None:
        with psycopg.connect(self._database.url, autocommit=True) as connection:
            # one row is taken by whoever sleeps: nobody waits for that one
            connection.execute("set lock_timeout = '1s'")
            for number in count(place):
                if self._stopped.is_set():
                    return
                began = time.perf_counter()
                with suppress(psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
                    connection.execute(_WRITES[number % len(_WRITES)].encode())
                self.slowest_write = max(self.slowest_write, time.perf_counter() - began)
                self.writes += 1

    def _watch(self) -> None:
        with psycopg.connect(self._database.superuser_url, autocommit=True) as connection:
            while not self._stopped.is_set():
                [(waited,)] = connection.execute(_WAITS, [self.suspects, self.suspects]).fetchall()
                self.longest_wait = max(self.longest_wait, waited or 0)
                self.looks += 1


def test_writers_on_the_same_tables_wait_for_nothing(
    target_database: TestDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    load = _Load(target_database)
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute(_SCHEMA.encode())
        load.suspects.append(connection.info.backend_pid)
        reader = Reader(connection, "staging")
        with load.running():
            for _ in range(_ROUNDS):
                with reader.asking() as asked:
                    matrix = ask(asked, ["public"])
                matrix = seed_and_try(reader.probing, matrix)
                assert {each.unseeded for each in matrix.relations} == {""}
    with capsys.disabled():
        print(  # noqa: T201  # figures that people want to see
            f"\n{load.writes} writes beside {_ROUNDS} probes: the longest wait for a lock of the probe"
            f" {load.longest_wait * 1000:.1f} ms in {load.looks} looks;"
            f" the slowest write {load.slowest_write * 1000:.0f} ms"
        )
    assert load.writes > _ROUNDS * len(_WRITES)
    assert load.longest_wait <= _LONGEST_SECONDS


def test_the_watch_sees_who_waits(target_database: TestDatabase) -> None:
    load = _Load(target_database)
    with psycopg.connect(target_database.url) as connection:
        connection.execute(_SCHEMA.encode())
        connection.commit()
        load.suspects.append(connection.info.backend_pid)
        with load.running():
            connection.execute("lock table public.logged in share mode")
            assert _until(lambda: load.longest_wait > _LONGEST_SECONDS)
            connection.rollback()


def _until(holds: Callable[[], bool]) -> bool:
    ended = time.monotonic() + 10
    while not holds() and time.monotonic() < ended:
        time.sleep(0.005)
    return holds()
