"""What is slow or locked costs its own answer, and no more time than it is given."""

import time

import psycopg

from orchestrator.domain.matrix import CellResult, Command, ExposedRelation, Matrix
from orchestrator.probes.seeding.seeded import Limits, seed_and_try
from tests.support.seeded import probed, within
from tests.support.servers import TestDatabase

_LIMITS = Limits(call_seconds=0.5, lock_seconds=0.1, total_seconds=4)
_SLOW = """
create function public.dawdle() returns boolean language plpgsql as
  'begin perform pg_sleep(30); return true; end';
create table public.a_quick (id int primary key, owner uuid);
create table public.b_slow (id int primary key, owner uuid);
create table public.c_slow_to_write (id int primary key, owner uuid, check (public.dawdle()));
create table public.d_quick (id int primary key, owner uuid);
do $$ declare one text; begin
  foreach one in array array['a_quick', 'b_slow', 'c_slow_to_write', 'd_quick'] loop
    execute format('alter table public.%I enable row level security', one);
    execute format('grant all on public.%I to authenticated', one);
    execute format('create policy own on public.%I to authenticated using (owner = auth.uid())', one);
  end loop;
end $$;
create policy slow on public.b_slow as restrictive to authenticated using (public.dawdle());
"""


def _named(matrix: Matrix, name: str) -> ExposedRelation:
    return next(relation for relation in matrix.relations if relation.name == f"public.{name}")


def test_a_slow_policy_ends_when_the_time_is_over_and_others_are_tried(target_database: TestDatabase) -> None:
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute(_SLOW.encode())
        with connection.transaction(force_rollback=True):
            asked = probed(connection, ["public"], changed=[])
            began = time.monotonic()
            matrix = seed_and_try(within(connection), asked, limits=_LIMITS)
            took = time.monotonic() - began
        assert took < _LIMITS.total_seconds + 4 * _LIMITS.call_seconds
        [cell] = [
            cell
            for cell in _named(matrix, "a_quick").cells
            if cell.identity == "user_a" and cell.command is Command.SELECT
        ]
        assert cell.reach is not None
        assert cell.reach.own == cell.reach.tried_own != ()
        slow = [cell for cell in _named(matrix, "b_slow").cells if cell.identity == "user_a"]
        assert {cell.result for cell in slow} == {CellResult.UNKNOWN}
        assert {cell.sqlstate for cell in slow} == {"57014"}
        assert _named(matrix, "c_slow_to_write").unseeded.startswith("57014")
        assert _named(matrix, "d_quick").unseeded == ""
