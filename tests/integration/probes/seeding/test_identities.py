"""Identities of the settings: what they reach, by claims, by rows, by a role of their own."""

import json
from collections.abc import Iterator, Sequence

import psycopg
import pytest

from orchestrator.domain.added_identity import AddedIdentity
from orchestrator.domain.finding import Severity
from orchestrator.domain.matrix import Cell, CellResult, Command, Matrix
from orchestrator.probes.judge import judge
from orchestrator.probes.summary import summarize
from tests.support.seeded import probed
from tests.support.servers import TestDatabase

_SCHEMA = """
create table public.organisations (id uuid primary key default gen_random_uuid(), name text not null);
create table public.members (
  organisation_id uuid references public.organisations (id),
  user_id uuid references auth.users (id),
  primary key (organisation_id, user_id)
);
create table public.administrators (user_id uuid primary key references auth.users (id));
create table public.orders (
  id bigint generated always as identity primary key,
  owner uuid not null references auth.users (id),
  organisation_id uuid not null references public.organisations (id)
);
alter table public.organisations enable row level security;
alter table public.members enable row level security;
alter table public.administrators enable row level security;
alter table public.orders enable row level security;
create policy own on public.orders for select to authenticated using (owner = (select auth.uid()));
create policy "Own memberships" on public.members for select to authenticated
  using (user_id = (select auth.uid()));
create policy oneself on public.administrators for select to authenticated
  using (user_id = (select auth.uid()));
"""
_COLLEAGUE = """insert into public.members (organisation_id, user_id)
  select organisation_id, {user} from public.members where user_id = {user_a}"""


@pytest.fixture
def connection(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(target_database.url) as connection:
        connection.execute(_SCHEMA)
        yield connection
        connection.rollback()


def identity(
    name: str = "somebody", *, role: str = "authenticated", rows: str = "", **claims
) -> AddedIdentity:
    return AddedIdentity(name=name, role=role, claims=json.dumps(claims), rows=rows)


def looked(connection: psycopg.Connection, *identities: AddedIdentity, on_copy: bool = False) -> Matrix:
    return probed(connection, ["public"], identities=identities, on_copy=on_copy)


def cell(matrix: Matrix, name: str, command: Command = Command.SELECT) -> Cell:
    [orders] = [each for each in matrix.relations if each.name == "public.orders"]
    [found] = [each for each in orders.cells if (each.identity, each.command) == (name, command)]
    return found


def others(matrix: Matrix, name: str = "somebody") -> Sequence[str]:
    reach = cell(matrix, name).reach
    return sorted(reach.others) if reach else []


def admit(connection: psycopg.Connection, condition: str, name: str = "more") -> None:
    connection.execute(
        f'create policy "{name}" on public.orders for select to authenticated using ({condition})'
    )


def test_an_administrator_by_a_claim_reaches_what_others_do_not(connection):
    admit(connection, "(select auth.jwt() -> 'app_metadata' ->> 'role') = 'admin'")
    matrix = looked(connection, identity(app_metadata={"role": "admin"}), identity("nobody"))
    assert {"A", "B"} <= set(others(matrix))
    assert others(matrix, "nobody") == []
    assert cell(matrix, "somebody").role == "authenticated"


def test_claims_are_laid_over_those_that_every_token_has(connection):
    admit(
        connection,
        "(select auth.jwt() ->> 'aal') = 'aal2'"
        " and (select auth.jwt() -> 'app_metadata' ->> 'provider') = 'email'",
    )
    matrix = looked(connection, identity(aal="aal2", app_metadata={"tier": 1}), identity("one_factor"))
    assert {"A", "B"} <= set(others(matrix))
    assert others(matrix, "one_factor") == []


def test_an_administrator_by_a_table_and_a_colleague_of_one_user(connection):
    admit(connection, "exists (select from public.administrators a where a.user_id = (select auth.uid()))")
    members = "select m.organisation_id from public.members m where m.user_id = (select auth.uid())"
    admit(connection, f"organisation_id in ({members})", "colleagues")
    administrator = identity(rows="insert into public.administrators (user_id) values ({user});")
    matrix = looked(connection, administrator, identity("colleague", rows=_COLLEAGUE))
    assert {"A", "B"} <= set(others(matrix))
    of_colleague = others(matrix, "colleague")
    assert any(each.startswith("A") for each in of_colleague)
    assert not any(each.startswith("B") for each in of_colleague)
    assert matrix.unfit == ()


def test_a_role_of_its_own_is_asked_as_such(connection, postgres):
    with psycopg.connect(postgres.url("postgres", "supabase_admin"), autocommit=True) as server:
        server.execute("drop role if exists partner; create role partner; grant partner to postgres")
    connection.execute("grant usage on schema public to partner; grant select on public.orders to partner")
    connection.execute("create policy partners on public.orders for select to partner using (true)")
    matrix = looked(connection, identity("partner", role="partner"))
    assert cell(matrix, "partner").result is CellResult.ALLOW
    assert cell(matrix, "partner", Command.DELETE).result is CellResult.DENY
    connection.rollback()
    with psycopg.connect(postgres.url("postgres", "supabase_admin"), autocommit=True) as server:
        server.execute("drop role partner")


def test_what_it_newly_reaches_is_a_warning_and_no_leak(connection):
    admin = identity("admin", app_metadata={"role": "admin"})
    before = looked(connection, admin)
    admit(connection, "(select auth.jwt() -> 'app_metadata' ->> 'role') = 'admin'")
    found = [each for each in judge(before, looked(connection, admin)) if "admin (select)" in each.message]
    assert [(each.rule, each.severity) for each in found] == [("access-widened", Severity.WARNING)]
    assert "admin" in summarize(looked(connection, admin)).identities


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("insert into public.administrators values ('swordfish')", "22P02"),
        ("insert into public.nowhere values ({user})", "42P01"),
        ("commit", "0A000"),
    ],
)
def test_rows_that_fail_are_told_once_without_what_they_hold(connection, rows, said):
    fails = identity("admin", rows=rows)
    matrix = looked(connection, fails)
    [unfit] = matrix.unfit
    assert unfit.name == "admin"
    assert said in unfit.reason
    assert "swordfish" not in unfit.reason
    assert cell(matrix, "admin").reach is not None, "it is asked all the same"
    [told] = [each for each in judge(Matrix(), matrix) if each.rule == "identity-unfit"]
    assert told.severity is Severity.WARNING
    assert "targets.NAME.identities.admin" in told.remedy
    assert connection.execute("select count(*) from public.administrators").fetchone() == (0,)


def test_a_role_that_the_server_lacks_is_told(connection):
    matrix = looked(connection, identity("partner", role="no_such_role"))
    assert [(each.name, each.reason) for each in matrix.unfit] == [
        ("partner", "the server has no role no_such_role")
    ]
    assert all(each.identity != "partner" for relation in matrix.relations for each in relation.cells)


def test_nothing_of_its_rows_stays(connection):
    looked(connection, identity(rows="insert into public.administrators (user_id) values ({user})"))
    assert connection.execute("select count(*) from public.administrators").fetchone() == (0,)
