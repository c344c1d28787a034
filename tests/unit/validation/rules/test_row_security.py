"""Row level security under what a target tells: who holds grants, what is on already, what is unseen."""

import pytest

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import (
    DefaultGrant,
    Function,
    Grant,
    Name,
    Policy,
    Shape,
    Table,
    TableKind,
)
from orchestrator.domain.survey import Size, Survey
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

ROLES = frozenset({"anon", "authenticated", "service_role"})
ORDERS = Name("public", "orders")
TO_ALL = frozenset(
    DefaultGrant(schema="public", grant=Grant(role=role, privilege=privilege))
    for role in sorted(ROLES)
    for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE")
)
SECURED = "alter table public.orders enable row level security;\n"


def target(
    *tables: Table,
    defaults: frozenset[DefaultGrant] = frozenset(),
    functions: tuple[Function, ...] = (),
    roles: frozenset[str] = ROLES,
    rows: int = 0,
) -> Terms:
    shape = Shape(
        schemas=frozenset({"public"}),
        tables={table.name: table for table in tables},
        functions={function.name: (function,) for function in functions},
        default_grants=defaults,
    )
    sizes = {table.name: Size(rows=rows, bytes=rows) for table in tables}
    return Terms(survey=Survey(target="staging", server_major=18, shape=shape, sizes=sizes, api_roles=roles))


def granted(*privileges: str, to: str = "authenticated") -> frozenset[Grant]:
    return frozenset(Grant(role=to, privilege=privilege) for privilege in privileges)


def found(rule: str, sql: str, terms: Terms | None = None) -> list[Finding]:
    file = SqlText(path="1_a.sql", content=sql.encode())
    return [finding for finding in review([file], terms or Terms()) if finding.rule == rule]


def severities(rule: str, sql: str, terms: Terms | None = None) -> list[Severity]:
    return [finding.severity for finding in found(rule, sql, terms)]


TABLE = "create table public.orders (id int primary key);\n"


def test_a_table_that_default_privileges_open_is_an_error() -> None:
    assert severities("row-security-missing", TABLE, target(defaults=TO_ALL)) == [Severity.ERROR]


def test_a_table_that_no_grant_opens_is_a_warning() -> None:
    assert severities("row-security-missing", TABLE, target()) == [Severity.WARNING]
    assert severities("row-security-missing", TABLE, Terms(grants_new_tables=False)) == [Severity.WARNING]


def test_a_grant_in_the_files_opens_it() -> None:
    sql = TABLE + "grant select on public.orders to anon;"
    assert severities("row-security-missing", sql, target()) == [Severity.ERROR]


def test_a_database_without_the_apis_roles_needs_no_row_level_security() -> None:
    terms = target(roles=frozenset())
    assert found("row-security-missing", TABLE, terms) == []
    assert found("grant-missing", TABLE, terms) == []


def test_rights_that_are_taken_from_all_clients_make_it_a_warning() -> None:
    sql = TABLE + "revoke all on public.orders from anon, authenticated;"
    assert severities("row-security-missing", sql) == [Severity.WARNING]


def test_taking_rights_from_all_tables_does_not_touch_what_is_made_later() -> None:
    sql = "revoke all on all tables in schema public from anon, authenticated;" + TABLE
    assert severities("row-security-missing", sql) == [Severity.ERROR]


@pytest.mark.parametrize(
    "kind", ["create table public.orders (id int)", "create table public.orders as select 1 as id"]
)
def test_sql_that_is_made_up_may_switch_it_on(kind: str) -> None:
    loop = "do $$ begin execute format('alter table %I enable row level security', 'orders'); end $$;"
    assert severities("row-security-missing", f"{kind}; {loop}") == [Severity.WARNING]
    assert severities("row-security-missing", f"{loop} {kind};") == [Severity.ERROR]


def test_an_event_trigger_that_switches_it_on_makes_it_a_warning() -> None:
    body = "execute format('alter table if exists %s enable row level security', cmd.object_identity)"
    automatic = Function(name=Name("public", "rls_auto_enable"), returns="event_trigger", body=body)
    terms = target(defaults=TO_ALL, functions=(automatic,))
    assert severities("row-security-missing", TABLE, terms) == [Severity.WARNING]


def test_switching_off_what_was_off_changes_nothing() -> None:
    sql = "alter table public.orders disable row level security;"
    grants = granted("SELECT")
    assert found("row-security-switched-off", sql, target(Table(name=ORDERS, grants=grants))) == []
    secured = Table(name=ORDERS, grants=grants, row_security=True)
    assert severities("row-security-switched-off", sql, target(secured)) == [Severity.ERROR]


def test_switching_off_where_no_client_holds_a_grant_is_a_warning() -> None:
    sql = "alter table public.orders disable row level security;"
    table = Table(name=ORDERS, row_security=True)
    assert severities("row-security-switched-off", sql, target(table)) == [Severity.WARNING]


def test_a_renamed_table_stays_switched_off_under_its_new_name() -> None:
    sql = "alter table public.orders disable row level security; alter table public.orders rename to bills;"
    [finding] = found("row-security-switched-off", sql)
    assert finding.object == "public.bills"


def test_a_policy_on_a_table_that_is_open_for_certain_is_an_error() -> None:
    sql = "create policy own on public.orders to authenticated using (id > 0);"
    table = Table(name=ORDERS, grants=granted("SELECT"))
    assert severities("policy-on-disabled", sql, target(table)) == [Severity.ERROR]
    assert severities("policy-on-disabled", sql, target(Table(name=ORDERS))) == [Severity.WARNING]


def test_a_new_table_with_policies_and_no_switch_is_told_once() -> None:
    sql = TABLE + "create policy own on public.orders to authenticated using (id > 0);"
    assert found("policy-on-disabled", sql) == []
    assert len(found("row-security-missing", sql)) == 1


def test_a_policy_without_the_grant_for_it_names_role_and_command() -> None:
    sql = f"{TABLE}{SECURED}create policy own on public.orders to authenticated using (id > 0);"
    reading = frozenset(each for each in TO_ALL if each.grant.privilege == "SELECT")
    [finding] = found("grant-missing", sql, target(defaults=reading))
    assert "let authenticated INSERT, UPDATE, DELETE" in finding.message
    assert finding.remedy == "grant insert, update, delete on public.orders to authenticated"
    assert found("grant-missing", sql, target(defaults=TO_ALL)) == []


def test_without_a_target_each_file_is_told_once_that_grants_are_missing() -> None:
    others = "create table public.{0} (id int); alter table public.{0} enable row level security;"
    sql = TABLE + SECURED + others.format("notes") + others.format("tags")
    [finding] = found("grant-missing", sql)
    assert finding.message.endswith("nor are 2 others of this file")
    assert found("grant-missing", sql, Terms(grants_new_tables=True)) == []


def test_a_command_that_no_client_is_granted_needs_no_policy() -> None:
    sql = TABLE + SECURED + "create policy own on public.orders for select to authenticated using (id > 0);"
    grant = "grant select, insert on public.orders to authenticated;"
    [finding] = found("policy-missing", sql + grant, Terms(grants_new_tables=False))
    assert finding.message == "public.orders has no policy for INSERT"
    assert found("policy-missing", sql, target()) == []
    revoke = "revoke insert, update, delete on public.orders from anon, authenticated;"
    assert found("policy-missing", sql + revoke) == []


def test_default_privileges_of_another_role_grant_nothing() -> None:
    grant = "alter default privileges {} in schema public grant all on tables to authenticated;"
    assert len(found("grant-missing", grant.format("for role supabase_admin") + TABLE + SECURED)) == 1
    assert found("grant-missing", grant.format("for role postgres") + TABLE + SECURED) == []


def test_a_view_over_tables_without_row_level_security_is_not_reported_where_all_is_known() -> None:
    sql = "create view public.v as select * from public.orders;"
    plain = Table(name=ORDERS)
    assert found("view-bypasses-row-security", sql, target(plain, defaults=TO_ALL)) == []


def test_a_view_below_that_asks_with_its_owners_rights_is_followed_and_one_that_asks_as_the_client_not() -> (
    None
):
    secured = Table(name=ORDERS, row_security=True)
    below = Table(name=Name("private", "below"), kind=TableKind.VIEW, reads=frozenset({ORDERS}))
    invoker = Table(
        name=Name("private", "below"),
        kind=TableKind.VIEW,
        reads=frozenset({ORDERS}),
        security_invoker=True,
    )
    sql = "create view public.v as select * from private.below;"
    rule = "view-bypasses-row-security"
    assert severities(rule, sql, target(secured, below, defaults=TO_ALL)) == [Severity.ERROR]
    assert severities(rule, sql, target(secured, below)) == [Severity.WARNING]
    assert found(rule, sql, target(secured, invoker, defaults=TO_ALL)) == []


def test_views_that_read_each_other_in_a_circle_end() -> None:
    sql = "create view public.a as select * from public.b; create view public.b as select * from public.a;"
    assert found("view-bypasses-row-security", sql) == []


def test_a_large_table_makes_asking_per_row_a_warning() -> None:
    sql = "create policy own on public.orders to authenticated using (id = auth.uid());"
    table = Table(name=ORDERS, row_security=True)
    assert severities("policy-asks-per-row", sql, target(table, rows=10_000)) == [Severity.NOTE]
    [finding] = found("policy-asks-per-row", sql, target(table, rows=10_001))
    assert finding.severity is Severity.WARNING
    assert "10,001" in finding.message


def test_a_restrictive_policy_or_the_lack_of_grants_makes_always_true_weigh_less() -> None:
    sql = "create policy everything on public.orders to anon using (true);"
    grants = granted("SELECT", "DELETE", to="anon")
    narrow = Policy(name="narrow", command="ALL", roles=("public",), permissive=False)
    open_ = Table(name=ORDERS, row_security=True, grants=grants)
    held = Table(name=ORDERS, row_security=True, grants=grants, policies=(narrow,))
    closed = Table(name=ORDERS, row_security=True)
    assert severities("policy-always-true", sql, target(open_)) == [Severity.ERROR]
    assert severities("policy-always-true", sql, target(held)) == [Severity.WARNING]
    assert severities("policy-always-true", sql, target(closed)) == [Severity.WARNING]


def test_altering_a_known_policy_is_judged_by_its_own_command_and_roles() -> None:
    known = Policy(name="reading", command="SELECT", roles=("authenticated",))
    table = Table(name=ORDERS, row_security=True, grants=granted("SELECT"), policies=(known,))
    sql = "alter policy reading on public.orders using (true);"
    assert severities("policy-always-true", sql, target(table)) == [Severity.NOTE]


def test_a_ring_over_a_policy_of_which_only_the_target_knows_is_an_error_when_it_is_certain() -> None:
    sql = "create policy s on public.orders for select to anon using (exists (select from public.teams));"
    back = frozenset({ORDERS})

    def teams(command: str) -> Table:
        policy = Policy(name="back", command=command, roles=("public",), reads=back)
        return Table(name=Name("public", "teams"), row_security=True, policies=(policy,))

    orders = Table(name=ORDERS, row_security=True)
    assert severities("policy-recursion", sql, target(orders, teams("SELECT"))) == [Severity.ERROR]
    assert severities("policy-recursion", sql, target(orders, teams("ALL"))) == [Severity.WARNING]
    assert found("policy-recursion", sql, target(orders, teams("DELETE"))) == []


def test_an_old_ring_in_which_these_files_have_no_part_is_not_told() -> None:
    policy = Policy(name="own", command="SELECT", roles=("public",), reads=frozenset({ORDERS}))
    table = Table(name=ORDERS, row_security=True, policies=(policy,))
    sql = "create policy place on public.orders for insert to anon with check (id > 0);"
    assert found("policy-recursion", sql, target(table)) == []


def test_a_policy_of_a_renamed_table_is_still_part_of_its_ring() -> None:
    sql = (
        "create table public.a (id int); create table public.b (id int);"
        "alter table public.a enable row level security; alter table public.b enable row level security;"
        "create policy x on public.a for select using (exists (select from public.b));"
        "alter table public.b rename to c;"
        "create policy y on public.c for select using (exists (select from public.a));"
    )
    [finding] = found("policy-recursion", sql)
    assert finding.severity is not Severity.NOTE


def test_a_policy_that_is_renamed_moved_or_gone_with_its_table_is_told_as_it_stands() -> None:
    policy = "create policy a on public.orders to authenticated using (true);"
    [renamed] = found("policy-always-true", policy + "alter policy a on public.orders rename to b;")
    assert renamed.message.startswith('Policy "b" on public.orders')
    assert found("policy-always-true", policy + "alter table public.orders set schema private;") == []
    assert found("policy-always-true", policy + "drop table public.orders;") == []
    assert found("policy-always-true", policy + "drop schema public cascade;") == []


def test_a_function_that_the_target_has_already_is_not_told_to_be_callable() -> None:
    name = Name("public", "close_order")
    sql = (
        "create or replace function public.close_order() returns int language sql security definer"
        " set search_path = '' as 'select 1';"
    )
    assert severities("definer-callable", sql, target()) == [Severity.NOTE]
    assert found("definer-callable", sql, target(functions=(Function(name=name),))) == []


def test_an_extension_that_the_target_has_is_not_reported_with_if_not_exists() -> None:
    shape = Shape(extensions=frozenset({"vector"}))
    survey = Survey(target="staging", server_major=18, shape=shape, api_roles=ROLES)
    sql = "create extension if not exists {};"
    assert found("extension-in-public", sql.format("vector"), Terms(survey=survey)) == []
    assert len(found("extension-in-public", sql.format("pgcrypto"), Terms(survey=survey))) == 1


def test_a_dump_of_many_grants_is_one_finding() -> None:
    sql = "".join(f"grant all on table public.t{number} to anon;" for number in range(50))
    [finding] = found("grant-to-anon", sql)
    assert "49 other grants" in finding.message


DELETES = (
    "create function public.delete_account(who uuid) returns void language {} security definer as $$ {} $$;"
)
BLOCK = "begin {} delete from auth.users where id = who; end"


def test_a_function_that_changes_accounts_and_never_asks_who_calls_is_an_error() -> None:
    rule = "definer-callable"
    asking = "if who <> auth.uid() then raise 'no'; end if;"
    assert severities(rule, DELETES.format("plpgsql", BLOCK.format(""))) == [Severity.ERROR]
    assert severities(rule, DELETES.format("sql", "delete from auth.users")) == [Severity.ERROR]
    assert severities(rule, DELETES.format("plpgsql", BLOCK.format(asking))) == [Severity.NOTE]
    assert severities(rule, DELETES.format("sql", "select from auth.users")) == [Severity.NOTE]


def test_a_function_that_leaves_the_asking_to_another_is_no_error() -> None:
    guard = "create function public.only_admins() returns void language sql as 'select 1';"
    sql = guard + DELETES.format("plpgsql", BLOCK.format("perform only_admins();"))
    assert severities("definer-callable", sql) == [Severity.NOTE]


def test_new_rows_that_anybody_writes_are_an_error_where_each_belongs_to_an_account() -> None:
    profiles = "create table profiles (id uuid primary key references auth.users);"
    policy = "create policy send on public.sent for insert to anon with check (true);"
    table = profiles + "create table public.sent (id int, who uuid {});" + policy
    rule = "policy-always-true"
    assert severities(rule, table.format("references profiles")) == [Severity.ERROR]
    assert severities(rule, table.format("references auth.users")) == [Severity.ERROR]
    assert severities(rule, table.format("")) == [Severity.WARNING]
    assert severities(rule, policy) == [Severity.WARNING]
