"""A look at a target finds its shape."""

from typing import TYPE_CHECKING

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.catalog.survey import read
from orchestrator.domain.shape import (
    Column,
    DefaultGrant,
    EnumType,
    ForeignKey,
    Function,
    Grant,
    Index,
    Name,
    Policy,
    Shape,
    Table,
    TableKind,
    Trigger,
)
from orchestrator.domain.survey import Survey

if TYPE_CHECKING:
    from tests.integration.catalog.conftest import Catalog

API_ROLES = ("anon", "authenticated", "service_role")
#: what a new project has had since 2026
_NEW_STYLE = f"alter default privileges in schema public revoke all on tables from {', '.join(API_ROLES)}"


def survey_of(catalog: "Catalog") -> Survey:
    with Reader(catalog.connection, "staging").asking() as database:
        return read(database, target="staging")


def shape_of(catalog: "Catalog", *statements: str) -> Shape:
    catalog.does(*statements)
    return survey_of(catalog).shape


def table_of(catalog: "Catalog", name: str, *statements: str) -> Table:
    return shape_of(catalog, *statements).tables[Name("public", name)]


def test_a_new_project_has_its_schemas_roles_and_the_tables_that_migrations_refer_to(
    catalog: "Catalog",
) -> None:
    survey = survey_of(catalog)
    users = survey.shape.tables[Name("auth", "users")]
    assert survey.target == "staging"
    assert survey.server_major == catalog.connection.info.server_version // 10000
    assert survey.api_roles == set(API_ROLES)
    assert {"public", "auth", "storage", "realtime", "extensions"} <= survey.shape.schemas
    assert not {"pg_catalog", "pg_toast", "information_schema"} & survey.shape.schemas
    assert users.primary_key == ("id",)
    assert users.columns["email"].type == "character varying(255)"
    assert users.row_security
    assert survey.shape.tables[Name("realtime", "messages")].kind is TableKind.PARTITIONED
    assert survey.shape.enums[Name("auth", "aal_level")].labels == ("aal1", "aal2", "aal3")
    assert not survey.long_transactions


def test_nothing_of_postgresql_itself_is_there(catalog: "Catalog") -> None:
    catalog.does("create temp table passing (id int)")
    shape = survey_of(catalog).shape
    names = {*shape.tables, *shape.functions, *shape.enums, *shape.other_types, *shape.sequences}
    assert not {name for name in names if (name.schema or "").startswith(("pg_", "information_schema"))}


def test_members_of_extensions_are_left_out_and_the_extensions_named(catalog: "Catalog") -> None:
    before = survey_of(catalog)
    catalog.does("create extension pg_cron", "create extension hstore with schema extensions")
    after = survey_of(catalog)
    assert after.shape.extensions - before.shape.extensions == {"pg_cron", "hstore"}
    assert after.shape.tables == before.shape.tables
    assert after.shape.functions == before.shape.functions
    assert after.shape.other_types == before.shape.other_types
    assert after.shape.sequences == before.shape.sequences
    assert after.sizes.keys() == before.sizes.keys()


def test_columns_stand_in_their_order_with_qualified_types_and_comments(catalog: "Catalog") -> None:
    table = table_of(
        catalog,
        "notes",
        "create type public.mood as enum ('glad', 'sad'); create domain public.code as text",
        """create table public.notes (
             id bigint generated always as identity, gone int, mood public.mood not null default 'glad',
             code public.code, price numeric(10, 2), at timestamptz default now(), labels text[],
             twice numeric generated always as (price * 2) stored)""",
        "alter table public.notes drop column gone",
        "comment on table public.notes is 'what was noted'",
        "comment on column public.notes.price is 'in euros'",
    )
    assert list(table.columns.values()) == [
        Column(name="id", type="bigint", not_null=True, has_default=True),
        Column(name="mood", type="public.mood", not_null=True, has_default=True),
        Column(name="code", type="public.code"),
        Column(name="price", type="numeric(10,2)", commented=True),
        Column(name="at", type="timestamp with time zone", has_default=True),
        Column(name="labels", type="text[]"),
        Column(name="twice", type="numeric", has_default=True),
    ]
    assert table.commented
    assert not table.row_security


def test_names_with_capitals_spaces_and_quotes_are_taken_as_they_are(catalog: "Catalog") -> None:
    catalog.does(
        'create schema "My App"; create type "My App"."Mood" as enum (\'It\'\'s\', \'a "b"\')',
        'create table "My App"."Order ""Lines""" ("Line No" int primary key, "Mood" "My App"."Mood")',
        'grant select on "My App"."Order ""Lines""" to anon',
    )
    survey = survey_of(catalog)
    name = Name("My App", 'Order "Lines"')
    table = survey.shape.tables[name]
    assert table.primary_key == ("Line No",)
    assert table.columns["Mood"].type == '"My App"."Mood"'
    assert table.grants == {Grant(role="anon", privilege="SELECT")}
    assert survey.shape.enums[Name("My App", "Mood")].labels == ("It's", 'a "b"')
    assert name in survey.sizes


def test_keys_and_constraints_keep_the_order_of_their_columns(catalog: "Catalog") -> None:
    table = table_of(
        catalog,
        "lines",
        "create table public.orders (a int, b text, c int, constraint orders_key primary key (c, a))",
        """create table public.lines (
             z int, y int, x uuid references auth.users on delete cascade, amount int check (amount > 0),
             constraint to_order foreign key (y, z) references public.orders (c, a))""",
    )
    orders = survey_of(catalog).shape.tables[Name("public", "orders")]
    assert orders.primary_key == ("c", "a")
    assert table.primary_key == ()
    assert table.foreign_keys == (
        ForeignKey(
            name="lines_x_fkey",
            columns=("x",),
            references=Name("auth", "users"),
            referenced_columns=("id",),
        ),
        ForeignKey(
            name="to_order",
            columns=("y", "z"),
            references=Name("public", "orders"),
            referenced_columns=("c", "a"),
        ),
    )
    assert {"lines_amount_check", "lines_x_fkey", "to_order"} <= table.constraints


def test_a_foreign_key_to_a_partitioned_table_counts_once(catalog: "Catalog") -> None:
    table = table_of(
        catalog,
        "uses",
        "create table public.log (id int primary key) partition by range (id)",
        "create table public.log_1 partition of public.log for values from (0) to (9)",
        "create table public.log_2 partition of public.log for values from (9) to (99)",
        "create table public.uses (log int references public.log)",
    )
    assert [key.references for key in table.foreign_keys] == [Name("public", "log")]


def test_indexes_tell_columns_expressions_uniqueness_and_their_condition(catalog: "Catalog") -> None:
    table = table_of(
        catalog,
        "people",
        "create table public.people (id int constraint people_key primary key, team int, mail text, at date)",
        "create index by_team on public.people (team, at desc) where team > 0",
        "create unique index by_mail on public.people (lower(mail), team) include (at)",
    )
    assert table.indexes == (
        Index(name="by_mail", columns=(None, "team"), unique=True),
        Index(name="by_team", columns=("team", "at"), partial=True),
        Index(name="people_key", columns=("id",), unique=True),
    )


def test_an_index_whose_concurrent_making_failed_is_not_valid(catalog: "Catalog") -> None:
    catalog.does("create table public.people (mail text)", "insert into public.people values ('a'), ('a')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        catalog.does("create unique index concurrently by_mail on public.people (mail)")
    assert table_of(catalog, "people").indexes == (
        Index(name="by_mail", columns=("mail",), unique=True, valid=False),
    )


def test_a_policy_tells_its_columns_what_it_reads_and_what_it_calls(catalog: "Catalog") -> None:
    table = table_of(
        catalog,
        "notes",
        "create table public.members (team int, person uuid)",
        "create table public.notes (id int, owner uuid, team int, hidden boolean)",
        "alter table public.notes enable row level security",
        """create policy own on public.notes for select to authenticated, anon
           using (owner = (select auth.uid()) or team in (select m.team from public.members m))""",
        "create policy adding on public.notes as restrictive for insert with check (not hidden)",
    )
    assert table.row_security
    assert table.policies == (
        Policy(
            name="adding",
            command="INSERT",
            roles=("public",),
            permissive=False,
            columns=frozenset({"hidden"}),
        ),
        Policy(
            name="own",
            command="SELECT",
            roles=("anon", "authenticated"),
            columns=frozenset({"owner", "team"}),
            reads=frozenset({Name("public", "members")}),
            calls=frozenset({Name("auth", "uid")}),
        ),
    )


def test_a_policy_that_reads_its_own_table_in_a_sub_select_says_so(catalog: "Catalog") -> None:
    members = Name("public", "members")
    table = table_of(
        catalog,
        "members",
        "create table public.members (team int, person uuid)",
        """create policy team on public.members
           using (team in (select m.team from public.members m where m.person = auth.uid()))""",
        "create policy own on public.members using (person = auth.uid())",
    )
    assert {policy.name: policy.reads for policy in table.policies} == {"team": {members}, "own": set()}
    assert {policy.command for policy in table.policies} == {"ALL"}


def test_triggers_tell_when_they_fire_and_what_they_call(catalog: "Catalog") -> None:
    catalog.does(
        "create schema app; create table public.notes (id int primary key, note text)",
        "create table public.lines (note int references public.notes)",
        "create view public.shown as select id from public.notes",
        "create function app.touched() returns trigger language plpgsql as 'begin return new; end'",
        """create trigger touched before insert or update of note on public.notes
           for each row execute function app.touched()""",
        "create trigger emptied after truncate on public.notes execute function app.touched()",
        """create trigger instead instead of delete on public.shown
           for each row execute function app.touched()""",
    )
    tables = survey_of(catalog).shape.tables
    called = Name("app", "touched")
    assert tables[Name("public", "notes")].triggers == (
        Trigger(name="emptied", timing="AFTER", events=frozenset({"TRUNCATE"}), function=called),
        Trigger(name="touched", timing="BEFORE", events=frozenset({"INSERT", "UPDATE"}), function=called),
    )
    assert tables[Name("public", "shown")].triggers == (
        Trigger(name="instead", timing="INSTEAD OF", events=frozenset({"DELETE"}), function=called),
    )
    assert tables[Name("public", "lines")].triggers == ()


def test_grants_are_those_of_others_than_the_owner(catalog: "Catalog") -> None:
    catalog.does(
        "create schema app; create table app.bare (id int); create table app.shared (id int)",
        "grant select on app.shared to public; grant insert, update on app.shared to authenticated",
    )
    tables = survey_of(catalog).shape.tables
    assert tables[Name("app", "bare")].grants == frozenset()
    assert tables[Name("app", "shared")].grants == {
        Grant(role="public", privilege="SELECT"),
        Grant(role="authenticated", privilege="INSERT"),
        Grant(role="authenticated", privilege="UPDATE"),
    }


def test_a_view_tells_what_it_reads_and_with_whose_rights(catalog: "Catalog") -> None:
    catalog.does(
        "create table public.people (id int, name text, secret text); create table public.teams (id int)",
        "create view public.shown (a, b) as select p.id, p.name from public.people p, public.teams",
        "create view public.asking with (security_invoker = on) as select a from public.shown",
        "create materialized view public.counted as select count(*) as n from public.people",
    )
    tables = survey_of(catalog).shape.tables
    shown, asking = tables[Name("public", "shown")], tables[Name("public", "asking")]
    counted = tables[Name("public", "counted")]
    assert shown.kind is TableKind.VIEW
    assert list(shown.columns) == ["a", "b"]
    assert shown.reads == {Name("public", "people"), Name("public", "teams")}
    assert shown.reads_columns == {"id", "name"}
    assert not shown.security_invoker
    assert asking.security_invoker
    assert asking.reads == {Name("public", "shown")}
    assert counted.kind is TableKind.MATERIALIZED_VIEW
    assert counted.reads == {Name("public", "people")}


def test_partitions_and_heirs_name_their_parents(catalog: "Catalog") -> None:
    catalog.does(
        "create table public.log (at date) partition by range (at)",
        "create table public.log_2026 partition of public.log for values from ('2026-1-1') to ('2027-1-1')",
        "create table public.base (id int); create table public.heir () inherits (public.base)",
    )
    tables = survey_of(catalog).shape.tables
    assert tables[Name("public", "log")].kind is TableKind.PARTITIONED
    assert tables[Name("public", "log_2026")].parents == (Name("public", "log"),)
    assert tables[Name("public", "heir")].parents == (Name("public", "base"),)


def test_functions_of_one_name_stand_together(catalog: "Catalog") -> None:
    shape = shape_of(
        catalog,
        "create type public.mood as enum ('glad')",
        "create function public.twice(n int) returns int language sql as 'select n * 2'",
        """create function public.twice(a text, b public.mood, out c uuid) language sql
           security definer set search_path = '' as 'select null::uuid'""",
    )
    assert shape.functions[Name("public", "twice")] == (
        Function(
            name=Name("public", "twice"), arguments=("integer",), returns="integer", body="select n * 2"
        ),
        Function(
            name=Name("public", "twice"),
            arguments=("text", "public.mood"),
            returns="uuid",
            security_definer=True,
            pins_search_path=True,
            body="select null::uuid",
        ),
    )


def test_a_definer_s_function_that_sets_something_else_does_not_pin_its_search_path(
    catalog: "Catalog",
) -> None:
    shape = shape_of(
        catalog,
        """create function public.risky() returns void language sql security definer
           set statement_timeout = '1s' as ''""",
        "create procedure public.tidy() language sql begin atomic select 1; end",
        "create aggregate public.total (int) (sfunc = int4pl, stype = int)",
    )
    [risky] = shape.functions[Name("public", "risky")]
    [tidy] = shape.functions[Name("public", "tidy")]
    [total] = shape.functions[Name("public", "total")]
    assert risky.security_definer
    assert not risky.pins_search_path
    assert risky.body == ""
    assert tidy.body is None
    assert (total.returns, total.body) == ("integer", None)


def test_types_and_sequences_are_named(catalog: "Catalog") -> None:
    shape = shape_of(
        catalog,
        "create type public.mood as enum ('sad', 'glad')",
        "alter type public.mood add value 'calm' before 'sad'",
        "create domain public.code as text; create type public.pair as (a int, b int)",
        "create type public.span as range (subtype = int, multirange_type_name = public.spans)",
        "create table public.numbered (id bigserial, other int generated always as identity)",
        "create sequence public.numbers",
    )
    mood = Name("public", "mood")
    assert shape.enums[mood] == EnumType(name=mood, labels=("calm", "sad", "glad"))
    assert {name.name for name in shape.other_types if name.schema == "public"} == {
        "code",
        "pair",
        "span",
        "spans",
    }
    assert {name.name for name in shape.sequences if name.schema == "public"} == {
        "numbered_id_seq",
        "numbered_other_seq",
        "numbers",
    }


def test_the_old_default_privileges_give_new_tables_to_the_api_s_roles(catalog: "Catalog") -> None:
    grants = survey_of(catalog).shape.default_grants
    for role in API_ROLES:
        assert DefaultGrant(schema="public", grant=Grant(role=role, privilege="INSERT")) in grants
    assert {grant.schema for grant in grants} == {"public"}
    assert "postgres" not in {grant.grant.role for grant in grants}


def test_the_new_default_privileges_give_new_tables_to_nobody(catalog: "Catalog") -> None:
    catalog.does(_NEW_STYLE)
    assert survey_of(catalog).shape.default_grants == frozenset()


def test_default_privileges_of_every_schema_have_none(catalog: "Catalog") -> None:
    catalog.does(
        _NEW_STYLE,
        "alter default privileges grant select on tables to public",
    )
    assert survey_of(catalog).shape.default_grants == {
        DefaultGrant(schema=None, grant=Grant(role="public", privilege="SELECT"))
    }


def test_the_owner_and_the_superuser_see_the_same_shape(catalog: "Catalog", superuser: "Catalog") -> None:
    catalog.does("create table public.notes (id int primary key)")
    assert survey_of(superuser).shape.tables == survey_of(catalog).shape.tables


def test_rules_and_what_defaults_checks_and_views_call_are_seen(catalog: "Catalog") -> None:
    shape = shape_of(
        catalog,
        "create function public.wipe(text) returns text language sql as $$ select $1 $$",
        "create operator public.~~> (rightarg = text, function = public.wipe)",
        "create table public.ruled (id text default public.wipe(lower('A')), n text)",
        "alter table public.ruled add check (public.wipe(n) = '')",
        "create rule keep as on delete to public.ruled do instead nothing",
        "create rule along as on insert to public.ruled do also select 1",
        "create view public.calling as select public.wipe(n) from public.ruled",
        "create view public.by_operator as select ~~> n from public.ruled",
        "create view public.quiet as select upper(n) from public.ruled",
    )
    wipe, tables = frozenset({Name("public", "wipe")}), shape.tables
    ruled = tables[Name("public", "ruled")]
    assert [(each.name, each.event) for each in ruled.rules] == [("along", "INSERT"), ("keep", "DELETE")]
    assert (ruled.calls, ruled.columns["id"].calls, ruled.columns["n"].calls) == (wipe, wipe, frozenset())
    assert [tables[Name("public", each)].calls for each in ("calling", "by_operator", "quiet")] == [
        wipe,
        wipe,
        frozenset(),
    ]
