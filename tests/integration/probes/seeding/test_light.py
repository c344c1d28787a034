"""Made-up rows weigh little on a server that others use: transaction ids, locks, keys."""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.domain.matrix import ExposedRelation, Matrix
from orchestrator.ports import Database
from orchestrator.probes.matrix import ask
from orchestrator.probes.seeding.seeded import seed_and_try
from tests.support.servers import TestDatabase

#: with one more, a server looks up on disk whose part a transaction is
_REMEMBERED = 64
#: whoever waits does so until the transaction ends, for some 0.7 s; less are the neighbours of this test
_LONGEST_SECONDS = 0.3
_TABLES = 70
_PARTITIONS = 60
#: of the relations of whole projects
_LEFT_OUT_PERCENT = 3

_MANY = """
do $$ begin
  for number in 1..{tables} loop
    execute format($t$
      create table public.many_%1$s (
        id bigint generated always as identity primary key, owner uuid not null, state text
      );
      alter table public.many_%1$s enable row level security;
      create policy own on public.many_%1$s to authenticated using (owner = auth.uid() or state = 'open');
      grant all on public.many_%1$s to anon, authenticated
    $t$, number);
  end loop;
end $$;
"""
_PARTED = """
create schema parts;
create table public.parted (id bigint not null, owner uuid, primary key (id)) partition by hash (id);
alter table public.parted enable row level security;
create policy own on public.parted to authenticated using (owner = auth.uid());
grant all on public.parted to anon, authenticated;
do $$ begin
  for number in 0..{last} loop
    execute format('create table parts.p_%s partition of public.parted
      for values with (modulus {partitions}, remainder %s)', number, number);
  end loop;
end $$;
"""
_HELD = "select count(*) from pg_locks where pid = %s and relation is not null"


class _Watched:
    """A database that is looked at from outside after each call."""

    def __init__(self, database: Database, look: "_Looks") -> None:
        self._database = database
        self._look = look

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[object, ...]]:
        found = self._database.rows(sql, parameters)
        self._look.take(self._database)
        return found


class _Looks:
    def __init__(self, watcher: psycopg.Connection, pid: int, tables: list[str]) -> None:
        self._watcher = watcher
        self._pid = pid
        self._written = " union ".join(f"select xmin::text from {table}" for table in tables)
        self.most_ids = 0
        self.most_locks = 0
        self.overflowed = False

    def take(self, database: Database) -> None:
        [(locks,)] = self._watcher.execute(_HELD, [self._pid]).fetchall()
        self.most_locks = max(self.most_locks, locks)
        if self._written:
            [(ids,)] = database.rows(f"select count(*) from ({self._written}) w")
            self.most_ids = max(self.most_ids, ids)
        if self._watcher.info.server_version >= 160000:
            [(count, overflowed)] = self._watcher.execute(
                "select s.subxact_count, s.subxact_overflowed from pg_stat_get_backend_idset() b (id)"
                " cross join lateral pg_stat_get_backend_subxact(b.id) s"
                " where pg_stat_get_backend_pid(b.id) = %s",
                [self._pid],
            ).fetchall()
            self.most_ids = max(self.most_ids, count)
            self.overflowed = self.overflowed or overflowed


def _looked_at(database: TestDatabase, tables: list[str]) -> tuple[Matrix, _Looks]:
    with (
        psycopg.connect(database.url, autocommit=True) as connection,
        psycopg.connect(database.superuser_url, autocommit=True) as watcher,
    ):
        reader = Reader(connection, "staging")
        looks = _Looks(watcher, connection.info.backend_pid, tables)

        @contextmanager
        def opening() -> Iterator[Database]:
            with reader.probing() as opened:
                yield _Watched(opened, looks)

        with reader.asking() as asked:
            matrix = ask(asked, ["public"])
        return seed_and_try(opening, matrix), looks


def _named(matrix: Matrix, name: str) -> ExposedRelation:
    return next(relation for relation in matrix.relations if relation.name == f"public.{name}")


def _labels(relation: ExposedRelation) -> set[str]:
    return {label for cell in relation.cells if cell.reach for label in cell.reach.tried_others}


def test_a_transaction_never_has_more_ids_than_a_server_remembers(
    target_database: TestDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(target_database.superuser_url, autocommit=True) as connection:
        connection.execute(_MANY.format(tables=_TABLES).encode())
    matrix, looks = _looked_at(
        target_database, ["auth.users", *(f"public.many_{number}" for number in range(1, _TABLES + 1))]
    )
    with capsys.disabled():
        print(f"\n{_TABLES} tables: at most {looks.most_ids} ids of blocks, {looks.most_locks} locks")  # noqa: T201
    assert {each.unseeded for each in matrix.relations} == {""}
    assert all(cell.reach for cell in _named(matrix, f"many_{_TABLES}").cells if cell.identity == "user_a")
    assert not looks.overflowed
    assert 0 < looks.most_ids <= _REMEMBERED


def test_partitions_are_counted_into_what_a_transaction_locks(target_database: TestDatabase) -> None:
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute(_PARTED.format(last=_PARTITIONS - 1, partitions=_PARTITIONS).encode())
        connection.execute(_MANY.format(tables=_TABLES).encode())
        [(locks,)] = connection.execute("select current_setting('max_locks_per_transaction')::int").fetchall()
        [(sessions,)] = connection.execute("select current_setting('max_connections')::int").fetchall()
    matrix, looks = _looked_at(target_database, [])
    assert {each.unseeded for each in matrix.relations} == {""}
    assert looks.most_locks > 2 * _PARTITIONS
    assert looks.most_locks <= locks * sessions / 10


_KEYED = """
create table public.pages (
  slug text primary key, owner uuid not null default auth.uid(), title text, unique (title)
);
create table public.switches (name text primary key check (name in ('on', 'off')), owner uuid);
create policy seen on public.pages to anon, authenticated using (slug = 'home' or owner = auth.uid());
create policy own on public.switches to authenticated using (owner = auth.uid());
alter table public.pages enable row level security;
alter table public.switches enable row level security;
grant all on public.pages, public.switches to anon, authenticated;
"""
_SAME = "insert into public.pages (slug, owner) values ('home', gen_random_uuid()) on conflict do nothing"


def _insert_the_same(database: TestDatabase, stopped: Event) -> tuple[int, float]:
    """Insert what the policy asks for, and take it back, until told to stop; the longest it took."""
    longest, times = 0.0, 0
    with psycopg.connect(database.url) as connection:
        while not stopped.is_set():
            connection.execute("begin")
            began = time.perf_counter()
            connection.execute(_SAME)
            longest = max(longest, time.perf_counter() - began)
            connection.rollback()
            times += 1
    return times, longest


def test_nobody_waits_who_inserts_a_key_that_policies_name(
    target_database: TestDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute(_KEYED.encode())
        connection.execute(_MANY.format(tables=40).encode())
        reader = Reader(connection, "staging")
        stopped = Event()
        with ThreadPoolExecutor(1) as pool:
            others = pool.submit(_insert_the_same, target_database, stopped)
            try:
                with reader.asking() as asked:
                    matrix = ask(asked, ["public"])
                matrix = seed_and_try(reader.probing, matrix)
            finally:
                stopped.set()
            times, longest = others.result(timeout=30)
    with capsys.disabled():
        print(f"\n{times} inserts of the same key: the longest took {longest * 1000:.1f} ms")  # noqa: T201
    assert times > 0
    assert longest <= _LONGEST_SECONDS
    assert _named(matrix, "pages").unseeded == ""
    labels = _labels(_named(matrix, "pages"))
    assert "A" in labels
    assert not any("home" in label for label in labels)
    assert "name must be unique" in _named(matrix, "switches").unseeded


def test_on_a_copy_nobody_waits_and_such_keys_are_tried(target_database: TestDatabase) -> None:
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute(_KEYED.encode())
        reader = Reader(connection, "staging")
        with reader.asking() as asked:
            matrix = ask(asked, ["public"])
        matrix = seed_and_try(reader.probing, matrix, on_copy=True)
    labels = _labels(_named(matrix, "pages"))
    assert any("home" in label for label in labels)
    assert _named(matrix, "switches").unseeded == ""


def test_few_tables_of_whole_projects_are_left_out_for_their_keys(
    projects: Mapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    tables, without = 0, {}
    for project, url in projects.items():
        with psycopg.connect(url, autocommit=True) as connection:
            reader = Reader(connection, "staging")
            with reader.asking() as asked:
                matrix = ask(asked, ["public", "storage"])
            found = seed_and_try(reader.probing, matrix).relations
            tables += len(found)
            without |= {f"{project}: {each.name}": each.unseeded for each in found if each.unseeded}
    with capsys.disabled():
        print(f"\nnot tried are {len(without)} of {tables} relations", *without.items(), sep="\n")  # noqa: T201
    assert len(without) * 100 <= _LEFT_OUT_PERCENT * tables
