"""What opens rows to those who should not see them: policies, grants, roles, buckets."""

import pytest

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Column, Function, Name, Policy, Shape, Table
from orchestrator.domain.survey import Size, Survey
from orchestrator.validation.changes import CreatePolicy, SetLastingSetting
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

ORDERS = Name("public", "orders")
OPEN = """create table public.orders (id int primary key);
          alter table public.orders enable row level security;
          create policy open on public.orders to {} using (true);
          create policy held on public.orders as restrictive for all to {} using ({});"""


def findings(sql: str, terms: Terms | None = None) -> list[Finding]:
    return list(review([SqlText(path="1_a.sql", content=sql.encode())], terms or Terms()))


def severities(rule: str, sql: str, terms: Terms | None = None) -> list[Severity]:
    return [each.severity for each in findings(sql, terms) if each.rule == rule]


def target(table: Table, *functions: Function) -> Terms:
    shape = Shape(
        schemas=frozenset({"public"}),
        tables={table.name: table},
        functions={function.name: (function,) for function in functions},
    )
    sizes = {table.name: Size(rows=5, bytes=8192)}
    roles = frozenset({"anon", "authenticated", "service_role"})
    return Terms(survey=Survey(target="staging", server_major=18, shape=shape, sizes=sizes, api_roles=roles))


@pytest.mark.parametrize(
    ("opened", "restricted", "expression", "expected"),
    [
        ("anon", "authenticated", "(select auth.jwt() ->> 'aal') = 'aal2'", Severity.ERROR),
        ("anon, authenticated", "authenticated", "id > 5", Severity.ERROR),
        ("public", "anon", "id > 5", Severity.ERROR),
        ("anon", "public", "1 = 1", Severity.ERROR),
        ("anon", "public", "id > 5", Severity.WARNING),
        ("anon, authenticated", "anon, authenticated", "id > 5", Severity.WARNING),
        ("authenticated", "public", "auth.uid() is not null", Severity.WARNING),
        ("authenticated", "authenticated", "(select auth.jwt() ->> 'aal') = 'aal2'", Severity.NOTE),
    ],
)
def test_a_restrictive_policy_holds_only_those_whom_it_is_for(
    opened: str, restricted: str, expression: str, expected: Severity
) -> None:
    sql = OPEN.format(opened, restricted, expression)
    assert severities("policy-always-true", sql) == [expected]


@pytest.mark.parametrize(
    ("expression", "constant", "signed_in"),
    [
        ("1 = 1", True, True),
        ("1 = 2", False, False),
        ("1 <> 2", True, True),
        ("1.0 = 1.00", None, False),
        ("true::bool", True, True),
        ("'t'::boolean", True, True),
        ("'off'::boolean", False, False),
        ("true or x", True, True),
        ("x or not false", True, True),
        ("x and true", None, False),
        ("x and false", False, False),
        ("true = true", True, True),
        ("(select true)", True, True),
        ("exists (select 1)", True, True),
        ("(select true where x)", None, False),
        ("x = x", None, False),
        ("(select auth.role()) = 'authenticated'", None, True),
        ("'authenticated' = auth.role()", None, True),
        ("auth.role() = 'service_role'", None, False),
        ("auth.uid() is not null", None, True),
        ("(select auth.uid()) is not null and true", None, True),
        ("auth.uid() is not null or x", None, True),
        ("auth.uid() is not null and x", None, False),
        ("auth.uid() is null", None, False),
        ("not (auth.uid() is not null)", None, False),
        ("auth.uid() = x", None, False),
    ],
)
def test_what_an_expression_comes_to_is_worked_out(
    *, expression: str, constant: bool | None, signed_in: bool
) -> None:
    text = SqlText(path="1_a.sql", content=f"create policy p on t using ({expression})".encode())
    [change] = text.parts[0].parsed.changes
    assert isinstance(change, CreatePolicy)
    assert change.using is not None
    assert (change.using.constant, change.using.signed_in) == (constant, signed_in)


def test_a_policy_for_whoever_is_signed_in_says_nothing_of_anon() -> None:
    sql = "create policy p on public.t for {} {} using (auth.uid() is not null);"
    assert severities("policy-always-true", sql.format("all", "")) == [Severity.WARNING]
    assert severities("policy-always-true", sql.format("select", "")) == [Severity.NOTE]
    assert severities("policy-always-true", sql.format("all", "to anon")) == []


def test_an_alter_policy_alone_is_judged_by_what_it_says() -> None:
    for words in ("using (true)", "to public", "to anon", "with check (1 = 1)", "to anon using (true)"):
        sql = f"alter policy p on public.orders {words};"
        assert severities("policy-always-true", sql) == [Severity.WARNING]
        assert severities("policy-always-true", sql + "drop policy p on public.orders;") == []
    for words in (
        "using (id = 1)",
        "to authenticated",
        "to public using (id = 1)",
        "to reporting using (true)",
    ):
        assert severities("policy-always-true", f"alter policy p on public.orders {words};") == []


def test_an_alter_policy_to_everybody_is_judged_where_a_target_knows_no_expression() -> None:
    policy = Policy(name="p", command="ALL", roles=("authenticated",))
    terms = target(Table(name=ORDERS, row_security=True, policies=(policy,)))
    assert severities("policy-always-true", "alter policy p on public.orders to public;", terms) == [
        Severity.WARNING
    ]


@pytest.mark.parametrize(
    ("row", "always_true", "listing"),
    [
        ("('kyc', 'kyc', false)", [Severity.ERROR], []),
        ("('kyc', 'kyc', true)", [], [Severity.NOTE]),
        ("('other', 'other', true)", [Severity.WARNING], []),
    ],
)
def test_a_whole_bucket_weighs_by_whether_it_is_public(
    row: str, always_true: list[Severity], listing: list[Severity]
) -> None:
    sql = f"""insert into storage.buckets (id, name, public) values {row};
              create policy p on storage.objects for select using (bucket_id = 'kyc');"""
    assert severities("policy-always-true", sql) == always_true
    assert severities("public-bucket-listing", sql) == listing


def test_a_bucket_that_an_update_makes_public_only_has_its_list_opened() -> None:
    sql = """update storage.buckets set public = true where id = 'kyc';
             create policy p on storage.objects for select to anon using (bucket_id = 'kyc');"""
    assert severities("bucket-made-public", sql) == [Severity.WARNING]
    assert severities("policy-always-true", sql) == []


def test_a_policy_that_reads_its_own_table_recurses_though_nobody_knows_the_table() -> None:
    sql = "create policy p on public.t for select to authenticated using (id in (select id from public.t));"
    assert severities("policy-recursion", sql) == [Severity.ERROR]
    off = "alter table public.t disable row level security;"
    assert severities("policy-recursion", sql + off) == []
    assert severities("policy-recursion", sql, target(Table(name=Name("public", "t")))) == []


def test_no_grant_is_asked_for_where_another_rule_says_that_nobody_should_come() -> None:
    for sql in (
        "create table public.t (id int primary key);",
        "create view public.v as select id, email from auth.users;",
        "create view public.v as select * from public.unknown;",
        "create materialized view public.m as select 1 as one;",
    ):
        assert severities("grant-missing", sql) == []
    secured = "create table public.t (id int primary key); alter table public.t enable row level security;"
    assert severities("grant-missing", secured) == [Severity.WARNING]


def test_a_table_without_row_level_security_says_by_which_grants_it_is_read() -> None:
    sql = "create table public.t (id int primary key);"
    [finding] = [each for each in findings(sql) if each.rule == "row-security-missing"]
    assert finding.effect.startswith("With the grants that older projects give")
    granted = sql + "grant select on public.t to anon;"
    [finding] = [each for each in findings(granted) if each.rule == "row-security-missing"]
    assert finding.effect.startswith("Everybody who has the public API key reads it")


def test_a_grant_on_all_functions_is_told_and_one_on_all_tables_as_well() -> None:
    for what in ("execute on all functions", "all on all tables"):
        [finding] = [
            each
            for each in findings(f"grant {what} in schema public to anon;")
            if each.rule == "grant-to-anon"
        ]
        assert finding.severity is Severity.WARNING
        assert f"{what.split(' on ')[1]} of schema public" in finding.message
    assert severities("grant-to-anon", "grant all on public.t to authenticated;") == []


def test_an_alter_that_makes_a_known_function_a_definer_asks_for_its_search_path() -> None:
    function = Function(name=Name("public", "f"), arguments=(), returns="void", pins_search_path=False)
    sql = "alter function public.f() security definer;"
    assert severities("definer-search-path", sql, target(Table(name=ORDERS), function)) == [Severity.WARNING]
    sql += "alter function f() set search_path = '';"
    assert severities("definer-search-path", sql, target(Table(name=ORDERS), function)) == []


@pytest.mark.parametrize("rule", ["role-too-mighty", "drop-object", "managed-schema-changed"])
def test_what_a_block_may_avoid_is_no_error(rule: str) -> None:
    sql = """do $$ begin
        alter role anon bypassrls;
        drop schema public cascade;
        drop table auth.users;
    exception when others then null;
    end $$;"""
    assert severities(rule, sql) == [Severity.WARNING]


def test_a_column_that_is_not_there_loses_no_rows() -> None:
    columns = {"id": Column(name="id", type="integer")}
    terms = target(Table(name=ORDERS, columns=columns, row_security=True))
    sql = "alter table public.orders drop column nothing;"
    assert severities("drop-column", sql, terms) == []
    [finding] = [each for each in findings(sql, terms) if each.rule == "not-there"]
    assert finding.remedy == "Leave it out, or say DROP COLUMN IF EXISTS"


def test_an_extension_gets_one_remedy_that_satisfies_both_rules() -> None:
    told = findings("create extension postgis;")
    both = [each for each in told if each.rule in {"if-not-exists-missing", "extension-in-public"}]
    remedy = "create extension if not exists postgis with schema extensions"
    assert [each.remedy for each in both] == [remedy, remedy]
    assert not {"if-not-exists-missing", "extension-in-public"} & {each.rule for each in findings(remedy)}


@pytest.mark.parametrize(
    ("sql", "scope"),
    [
        ("alter role authenticator set lock_timeout = '1s'", "role authenticator"),
        ("alter role all set lock_timeout = '1s'", "every role"),
        ("alter database postgres set lock_timeout = '1s'", "database postgres"),
    ],
)
def test_a_setting_that_lasts_names_whose_it_is(sql: str, scope: str) -> None:
    [change] = SqlText(path="1_a.sql", content=sql.encode()).parts[0].parsed.changes
    assert change == SetLastingSetting(offset=0, name="lock_timeout", value="1s", scope=scope)


def test_a_limit_that_is_switched_off_by_hand_is_not_taken_for_a_dump() -> None:
    [finding] = [each for each in findings("set lock_timeout = 0;") if each.rule == "session-setting"]
    assert finding.message == "lock_timeout is switched off for the session"
    head = "set standard_conforming_strings = on; set lock_timeout = 0;"
    assert severities("session-setting", head) == [Severity.NOTE]


DECLARED = (
    "comment on policy open on public.orders is 'Prices.\nbascule: intended because prices are public';"
)
READ = """create table public.orders (id int primary key);
          alter table public.orders enable row level security;
          create policy open on public.orders for select to anon using (true);"""


def test_a_policy_whose_comment_declares_it_is_a_note_with_the_reason() -> None:
    [told] = [each for each in findings(READ + DECLARED) if each.rule == "policy-always-true"]
    assert told.severity is Severity.NOTE
    assert "prices are public" in told.effect


@pytest.mark.parametrize(
    "sql",
    [
        READ,
        DECLARED + READ,
        READ + "comment on policy other on public.orders is 'bascule: intended because x';",
        READ + "comment on policy open on public.prices is 'bascule: intended because x';",
        READ + DECLARED + "comment on policy open on public.orders is 'Prices.';",
        READ + DECLARED + "alter policy open on public.orders using (id > 0 or true);",
        READ + DECLARED + "drop policy open on public.orders;" + READ.split(";")[2] + ";",
    ],
)
def test_a_comment_declares_its_own_policy_as_it_was_then_and_nothing_else(sql: str) -> None:
    assert severities("policy-always-true", sql) == [Severity.WARNING]
