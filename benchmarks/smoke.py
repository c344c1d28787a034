"""Row level security of few and of many tables: asked of the planner, then tried with made-up rows.

The peer plans the same statements, or inserts one row and tries four commands with it, each in a savepoint of
its own and one round trip after the other: the plain loop that somebody would write first.
"""

from collections.abc import Iterator
from statistics import median
from typing import Final

import psycopg

from benchmarks.figure import Figure, Sizes, took
from benchmarks.ground import Ground
from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.domain.matrix import Matrix
from orchestrator.probes.identities import IDENTITIES, USER_A, Identity
from orchestrator.probes.matrix import ask
from orchestrator.probes.seeding.seeded import seed_and_try

NAME = "smoke"
PEER = "a loop: savepoint, role, statement, back"

_SCHEMA: Final = "public"
_TABLE: Final = """create table public.probed_{n} (
  id bigint generated always as identity primary key, owner uuid not null references auth.users (id),
  above bigint{above}, name text not null default '', amount numeric(12,2) not null check (amount > 0),
  created timestamptz default now(), state text, meta jsonb default '{{}}'
);
alter table public.probed_{n} enable row level security;
create policy own on public.probed_{n} for all to authenticated
  using ((select auth.uid()) = owner) with check ((select auth.uid()) = owner);
create policy seen on public.probed_{n} for select to anon using (state = 'public');
grant select, insert, update, delete on public.probed_{n} to anon, authenticated, service_role;
"""
_INSERT: Final = (
    "insert into public.probed_{n} (id, owner, amount) overriding system value values (-1, '{owner}', 1)"
)
_STATEMENTS: Final = (
    "select from public.probed_{n} where id = -1",
    "insert into public.probed_{n} (id, owner, amount) overriding system value values (-2, '{owner}', 1)",
    "update public.probed_{n} set amount = 1 where id = -1",
    "delete from public.probed_{n} where id = -1",
)
_BECOME: Final = (
    "select set_config('request.jwt.claims', %s, true), set_config('request.jwt.claim.sub', %s, true),"
    " set_config('role', %s, true)"
)
#: tables in one transaction of the peer, for the server keeps a bounded number of locks
_AT_ONCE: Final = 50


def measure(ground: Ground, sizes: Sizes) -> Iterator[Figure]:
    """Measure both layers, in turns with their peers."""
    for tables in sizes.probed:
        with ground.target() as url, psycopg.connect(url, autocommit=True) as connection:
            for number in range(tables):
                above = f" references public.probed_{number // 10}" if number else ""
                connection.execute(_TABLE.format(n=number, above=above).encode())
            yield from _figures(connection, tables, sizes.rounds)


def _figures(connection: psycopg.Connection, tables: int, rounds: int) -> Iterator[Figure]:
    reader = Reader(connection, "staging")
    asked: list[Matrix] = []
    times: dict[str, list[float]] = {"ask": [], "ask, peer": [], "rows": [], "rows, peer": []}
    for _ in range(rounds):
        times["ask, peer"].append(took(lambda: _loop(connection, tables, "explain ")))
        times["ask"].append(took(lambda: asked.append(_ask(reader))))
        times["rows, peer"].append(took(lambda: _loop(connection, tables, "")))
        times["rows"].append(took(lambda: _try(reader, asked[-1])))
    for name, what in (("ask", "asked"), ("rows", "tried with rows")):
        yield Figure(
            benchmark=NAME,
            name=f"{tables} tables, {what}",
            milliseconds=median(times[name]),
            peer_milliseconds=median(times[f"{name}, peer"]),
        )


def _ask(reader: Reader) -> Matrix:
    with reader.asking() as database:
        return ask(database, [_SCHEMA])


def _try(reader: Reader, matrix: Matrix) -> None:
    found = seed_and_try(reader.probing, matrix)
    assert all(not relation.unseeded for relation in found.relations)
    assert any(cell.reach for relation in found.relations for cell in relation.cells)


def _loop(connection: psycopg.Connection, tables: int, how: str) -> None:
    for start in range(0, tables, _AT_ONCE):
        with connection.transaction(force_rollback=True):
            connection.execute("set local session_replication_role = replica")
            for number in range(start, min(tables, start + _AT_ONCE)):
                if not how:
                    connection.execute(_INSERT.format(n=number, owner=USER_A.user).encode())
                for identity in IDENTITIES:
                    _each(connection, number, identity, how)


def _each(connection: psycopg.Connection, number: int, identity: Identity, how: str) -> None:
    for statement in _STATEMENTS:
        text = how + statement.format(n=number, owner=USER_A.user)
        connection.execute("savepoint one")
        try:
            connection.execute(_BECOME, [identity.claims, identity.user, identity.role])
            connection.execute(text.encode())
        except psycopg.Error:
            pass  # refused, as it may well be
        connection.execute("rollback to savepoint one; release savepoint one")
