"""What is asked, as whom, and what becomes of questions without an answer."""

import time
from typing import TYPE_CHECKING

import psycopg

from orchestrator.adapters.postgres.target.read import OpenDatabase, Reader
from orchestrator.domain.matrix import Basis, CellResult, Command, Policy
from orchestrator.probes.asking import Patience
from orchestrator.probes.identities import IDENTITIES, USER_A
from orchestrator.probes.judge import judge
from orchestrator.probes.matrix import ask
from tests.support.servers import TestDatabase

if TYPE_CHECKING:
    from tests.integration.probes.conftest import Target

SOUND = """
    create table public.orders (id bigint generated always as identity primary key, owner uuid, note text);
    alter table public.orders enable row level security;
    create policy own on public.orders to authenticated using ((select auth.uid()) = owner);
    grant all on public.orders to anon, authenticated, service_role;
"""
SLOW = """
    create function public.dawdle() returns boolean language plpgsql immutable
      as 'begin perform pg_sleep(30); return true; end';
    create table public.slow (id bigint);
    alter table public.slow enable row level security;
    create policy slow on public.slow for select to authenticated using (public.dawdle());
    grant all on public.slow to anon, authenticated, service_role;
"""


def test_every_identity_is_asked_every_command(target: "Target") -> None:
    target.does(SOUND)
    [orders] = target.matrix().relations
    assert (orders.name, orders.kind, orders.row_security, orders.policies) == (
        "public.orders",
        "r",
        True,
        ("own",),
    )
    assert [(cell.identity, cell.command) for cell in orders.cells] == [
        (identity.name, command) for identity in IDENTITIES for command in Command
    ]
    bases = {cell.identity: cell.basis for cell in orders.cells}
    assert bases == {
        "anon": Basis.NO_POLICY,
        "user_a": Basis.LIMITED,
        "user_b": Basis.LIMITED,
        "service_role": Basis.EVERY_ROW,
    }


def test_nothing_is_left_of_role_claims_or_locks(target: "Target") -> None:
    target.does(SOUND)
    with Reader(target.connection, "staging").asking() as database:
        ask(database, ["public"])
        assert database.rows("select current_user::text, current_setting('request.jwt.claims', true)") in (
            [("postgres", None)],
            [("postgres", "")],
        )
        held = database.rows(
            "select from pg_locks where pid = pg_backend_pid() and relation = 'public.orders'::regclass"
        )
        assert held == []


def test_a_policy_sees_the_claims_in_both_spellings_while_it_is_planned(target: "Target") -> None:
    target.does(
        SOUND
        + f"""
        create function public.me() returns boolean language plpgsql immutable as $$ begin
          if current_setting('request.jwt.claims')::jsonb ->> 'role' is distinct from 'authenticated'
             or current_setting('request.jwt.claim.role') is distinct from 'authenticated'
             or auth.role() is distinct from 'authenticated' or current_user <> 'authenticated' then
            raise exception sqlstate 'XX001';
          end if;
          if auth.uid() <> '{USER_A.user}' then raise exception sqlstate '22000'; end if;
          return true; end $$;
        create policy me on public.orders as restrictive for select to authenticated using (public.me());
        """
    )
    assert target.cell("public.orders", "user_a", Command.SELECT).result is CellResult.ALLOW
    assert target.cell("public.orders", "user_b", Command.SELECT).sqlstate == "22000"


def test_a_function_body_is_planned_under_the_search_path_that_the_api_sets(target: "Target") -> None:
    target.does(
        SOUND
        + "create function public.helper() returns boolean language sql stable as 'select true';"
        + """create function public.by_short_name() returns boolean language sql stable as 'select helper()';
             create policy short on public.orders for select using (public.by_short_name())"""
    )
    assert target.cell("public.orders", "user_a", Command.SELECT).result is CellResult.ALLOW


def test_a_column_grant_is_enough_to_select_and_to_update(target: "Target") -> None:
    target.does(
        SOUND
        + """revoke all on public.orders from authenticated;
             grant select (note), update (note) on public.orders to authenticated"""
    )
    assert target.cell("public.orders", "user_a", Command.SELECT).result is CellResult.ALLOW
    assert target.cell("public.orders", "user_a", Command.UPDATE).result is CellResult.ALLOW
    assert target.cell("public.orders", "user_a", Command.DELETE).basis is Basis.FORGOTTEN_GRANT


def test_what_a_relation_can_never_do_has_no_cell(target: "Target") -> None:
    target.does(
        SOUND
        + """create view public.counted with (security_invoker) as select count(*) from public.orders;
             create view public.plain with (security_invoker) as select * from public.orders;
             create materialized view public.stored as select 1 as one;
             create table public.computed (id bigint generated always as identity)"""
    )
    commands = {
        relation.name: {cell.command.value for cell in relation.cells}
        for relation in target.matrix().relations
    }
    assert commands["public.counted"] == {"select"}
    assert commands["public.stored"] == {"select"}
    assert commands["public.plain"] == {"select", "insert", "update", "delete"}
    assert commands["public.computed"] == {"select", "insert", "delete"}


def test_a_view_is_asked_to_update_by_a_column_that_takes_a_value(target: "Target") -> None:
    target.does(
        SOUND
        + """create view public.first as select * from public.orders;
             create view public.second as select * from public.first;
             create view public.hidden as select id as renamed from public.orders;
             grant all on public.first, public.second, public.hidden to anon"""
    )
    assert target.cell("public.first", "anon", Command.UPDATE).result is CellResult.ALLOW
    assert target.cell("public.second", "anon", Command.UPDATE).result is CellResult.ALLOW
    assert target.cell("public.hidden", "anon", Command.UPDATE).result is CellResult.UNKNOWN


def test_a_policy_without_an_expression_admits_nobody(target: "Target") -> None:
    target.does(SOUND + "create policy hollow on public.orders for select to anon")
    assert target.cell("public.orders", "anon", Command.SELECT).basis is Basis.NO_POLICY


def test_a_restrictive_policy_limits_what_is_open_to_everybody(target: "Target") -> None:
    target.does(SOUND + "create policy everybody on public.orders for insert to anon with check (true)")
    assert target.cell("public.orders", "anon", Command.INSERT).basis is Basis.EVERY_ROW
    target.does("create policy noted on public.orders as restrictive to anon using (note is not null)")
    assert target.cell("public.orders", "anon", Command.INSERT).basis is Basis.LIMITED


def test_names_that_need_quotes_are_asked_about(target: "Target") -> None:
    target.does('create schema "Odd ""one"; create table "Odd ""one"."Select %s" ("Group" int)')
    [found] = target.matrix(schemas=('Odd "one',)).relations
    assert found.name == '"Odd ""one"."Select %s"'
    assert {cell.result for cell in found.cells} == {CellResult.DENY}


def test_members_of_extensions_are_left_out(target: "Target", target_database: TestDatabase) -> None:
    target.does("create table public.inside (id int); create table public.outside (id int)")
    with psycopg.connect(target_database.superuser_url) as connection:
        connection.execute("alter extension plpgsql add table public.inside")
    assert [relation.name for relation in target.matrix().relations] == ["public.outside"]


def test_a_schema_that_does_not_exist_is_empty(target: "Target") -> None:
    assert target.matrix(schemas=("nowhere",)).relations == ()


def test_a_role_that_we_may_not_take_on_is_unknown_and_said(target_database: TestDatabase) -> None:
    with psycopg.connect(target_database.superuser_url, autocommit=True) as admin:
        admin.execute(SOUND)
        admin.execute("drop role if exists stranger")
        admin.execute("create role stranger")
        try:
            with admin.transaction():
                admin.execute("set local session authorization stranger")
                matrix = ask(OpenDatabase(admin, "staging"), ["public"])
        finally:
            admin.execute("drop role stranger")
    cells = matrix.relations[0].cells
    assert {cell.result for cell in cells} == {CellResult.UNKNOWN}
    assert "permission denied to set role" in (cells[0].reason or "")
    [finding] = [f for f in judge(matrix, matrix) if f.rule == "probe-unknown" and "anon" in f.message]
    assert "grant anon, authenticated, service_role" in finding.remedy


def test_a_database_without_api_roles_has_relations_and_no_cells(target: "Target") -> None:
    target.does(SOUND)
    with Reader(target.connection, "staging").asking() as database:
        renamed = _WithoutRoles(database)
        [orders] = ask(renamed, ["public"]).relations
    assert orders.cells == ()


class _WithoutRoles:
    """Asks for roles that the server does not have."""

    def __init__(self, database: OpenDatabase) -> None:
        self._database = database

    def rows(self, sql: str, parameters: dict[str, object] | None = None) -> list[tuple[object, ...]]:
        if parameters and "roles" in parameters:
            parameters = parameters | {"roles": ["nobody_here"]}
        return self._database.rows(sql, parameters)


def test_a_locked_table_is_unknown_and_holds_nobody_up(target: "Target") -> None:
    target.does(SOUND + "create table public.free (id int)")
    with psycopg.connect(target.url) as other:
        other.execute("lock table public.orders in access exclusive mode")
        began = time.monotonic()
        orders, free = sorted(target.matrix(Patience(lock_seconds=0.1)).relations, key=lambda r: r.name)[::-1]
        assert time.monotonic() - began < 2
    assert {cell.result for cell in orders.cells} == {CellResult.UNKNOWN}
    assert {cell.sqlstate for cell in orders.cells} == {"55P03"}
    assert CellResult.UNKNOWN not in {cell.result for cell in free.cells}


def test_a_question_that_takes_too_long_costs_only_its_own_answer(target: "Target") -> None:
    target.does(SOUND + SLOW)
    began = time.monotonic()
    matrix = target.matrix(Patience(call_seconds=0.5))
    assert time.monotonic() - began < 5
    unknown = {
        (relation.name, cell.identity, cell.command.value)
        for relation in matrix.relations
        for cell in relation.cells
        if cell.result is CellResult.UNKNOWN
    }
    assert unknown == {("public.slow", "user_a", "select"), ("public.slow", "user_b", "select")}


def test_when_the_time_is_over_the_rest_is_unknown(target: "Target") -> None:
    target.does(SOUND)
    cells = target.matrix(Patience(total_seconds=0)).relations[0].cells
    assert {cell.result for cell in cells} == {CellResult.UNKNOWN}
    assert "time" in (cells[0].reason or "")


def test_fifty_tables_take_few_calls_and_little_time(target: "Target") -> None:
    target.does(
        """do $$ begin for i in 1 .. 50 loop
             execute format('create table public.t%s (id bigint primary key, owner uuid, note text)', i);
             execute format('alter table public.t%s enable row level security', i);
             execute format('create policy own on public.t%s using ((select auth.uid()) = owner)', i);
           end loop; end $$"""
    )
    with Reader(target.connection, "staging").asking() as database:
        counted = _Counting(database)
        began = time.monotonic()
        assert len(ask(counted, ["public"]).relations) == 50
        assert counted.calls == 9
        assert time.monotonic() - began < 4, "ten times what it takes on an idle machine"


class _Counting:
    def __init__(self, database: OpenDatabase) -> None:
        self._database = database
        self.calls = 0

    def rows(self, sql: str, parameters: dict[str, object] | None = None) -> list[tuple[object, ...]]:
        self.calls += 1
        return self._database.rows(sql, parameters)


def test_what_policies_say_is_read_and_who_has_locked_a_table_keeps_it_to_himself(target: "Target") -> None:
    target.does(
        """create table public.notes (id int primary key, owner uuid);
           create policy "Own rows" on public.notes for update to authenticated, anon
             using (owner = (select auth.uid())) with check (id > 0);
           create policy fence on public.notes as restrictive using (id <> 7)"""
    )
    [notes] = target.matrix().relations
    assert notes.policies == ("Own rows", "fence")
    assert notes.policies_in_full == (
        Policy(
            name="Own rows",
            command=Command.UPDATE,
            permissive=True,
            roles=("anon", "authenticated"),
            using="(owner = ( SELECT auth.uid() AS uid))",
            check="(id > 0)",
        ),
        Policy(name="fence", command=None, permissive=False, roles=("public",), using="(id <> 7)"),
    )
    with psycopg.connect(target.url) as other:
        other.execute("lock table public.notes in access exclusive mode")
        [locked] = target.matrix(Patience(lock_seconds=0.1)).relations
    assert (locked.policies, locked.policies_in_full) == (("Own rows", "fence"), ())


def test_functions_that_run_as_their_owner_are_told_with_what_they_name(target: "Target") -> None:
    target.does(
        """create table public.notes (id int primary key);
           create table public.notes_of_old (id int primary key);
           create schema private;
           create table private.keys (id int primary key);
           create function public.by_text() returns bigint language sql security definer
             as 'select count(*) from Notes join "private".keys using (id)';
           create function public.by_tree() returns bigint language sql security definer
             begin atomic select count(*) from public.notes_of_old; end;
           create function public.as_caller() returns bigint language sql as 'select count(*) from notes'"""
    )
    assert [(each.name, each.reads) for each in target.matrix().functions] == [
        ("public.by_text()", ("private.keys", "public.notes")),
        ("public.by_tree()", ("public.notes_of_old",)),
    ]


def test_files_and_messages_belong_to_it_as_soon_as_there_is_a_policy(target: "Target") -> None:
    target.does("create table public.notes (id bigint)")
    assert [each.name for each in target.matrix().relations] == ["public.notes"]
    target.does(
        """create policy "Own files" on storage.objects for select to authenticated
             using ((storage.foldername(name))[1] = (select auth.uid())::text);
           create policy "Own room" on realtime.messages for select to authenticated
             using (realtime.topic() = (select auth.uid())::text)"""
    )
    found = target.matrix().relations
    assert [each.name for each in found] == ["public.notes", "realtime.messages", "storage.objects"]
    files = found[2]
    assert [each.name for each in files.policies_in_full] == ["Own files"]
    of_anon, of_a = (
        next(each for each in files.cells if (each.identity, each.command) == (who, Command.SELECT))
        for who in ("anon", "user_a")
    )
    assert (of_anon.basis, of_a.basis) == (Basis.NO_POLICY, Basis.LIMITED)
