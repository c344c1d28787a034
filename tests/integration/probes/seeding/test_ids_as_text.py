"""Rows whose owner is a text that a token's `sub` says, as sign-in services other than Supabase's have it."""

import psycopg
import pytest

from orchestrator.domain.matrix import Command, Matrix, Reach
from orchestrator.probes.judge import judge
from tests.support.seeded import cells_of, probed
from tests.support.servers import TestDatabase

_NOTES = "public.notes"
_SCHEMA = """
create table public.notes (
  id bigint generated always as identity primary key, owner_id text not null, body text);
alter table public.notes enable row level security;
grant all on public.notes to authenticated;
create function public.requesting_user_id() returns text language sql stable as
  $$ select nullif(current_setting('request.jwt.claims', true)::json->>'sub', '')::text $$;
"""
_OWN = "create policy own on public.notes to authenticated using ({0}) with check ({0})"


def _reach(matrix: Matrix, identity: str, command: Command) -> Reach:
    [found] = [each for each in matrix.relations if each.name == _NOTES]
    [cell] = [each for each in found.cells if each.identity == identity and each.command is command]
    assert cell.reach is not None
    return cell.reach


@pytest.mark.parametrize(
    "asks",
    [
        "((select auth.jwt()) ->> 'sub') = owner_id",
        "owner_id = (select auth.jwt() ->> 'sub')",
        "(select public.requesting_user_id()) = owner_id",
    ],
)
def test_users_reach_their_own_rows_only_and_a_policy_that_is_dropped_is_noticed(
    target_database: TestDatabase, asks: str
) -> None:
    with psycopg.connect(target_database.url) as connection:
        connection.execute(_SCHEMA.encode())
        connection.execute(_OWN.format(asks).encode())
        before = probed(connection, ["public"])
        for identity, letter in (("user_a", "A"), ("user_b", "B")):
            for command in (Command.SELECT, Command.UPDATE, Command.DELETE):
                reach = _reach(before, identity, command)
                assert reach.own == reach.tried_own == (letter,)
                assert reach.tried_others
                assert reach.others == ()
        connection.execute("drop policy own on public.notes")
        dropped = probed(connection, ["public"])
        assert cells_of(dropped, _NOTES) != cells_of(before, _NOTES)
        assert _rules(before, dropped) - _rules(before, before)
        connection.execute(
            "create policy own on public.notes to authenticated using (auth.jwt() is not null)"
        )
        opened = probed(connection, ["public"])
        assert _reach(opened, "user_b", Command.SELECT).others == ("A",)
        assert ("error", _NOTES) in {(each.severity.value, each.object) for each in judge(before, opened)}
        connection.rollback()


def _rules(before: Matrix, after: Matrix) -> set[tuple[str, str | None]]:
    return {(each.rule, each.object) for each in judge(before, after)}
