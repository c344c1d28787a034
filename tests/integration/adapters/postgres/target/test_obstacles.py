import psycopg
import pytest

from orchestrator.domain.demand import Demand, DemandKind
from orchestrator.domain.obstacle import MOST_ROWS_COUNTED
from orchestrator.domain.shape import Name
from orchestrator.validation.grammar.demands import demands_of, postponed_by

LIMIT_SECONDS = 10.0
SHOP = """
create extension if not exists btree_gist;
create table public.customers (id int primary key, email text, phone text, age int, gone bool);
create table public.orders (id int primary key, customer_id int, code text, amount numeric);
insert into public.customers values
  (1, 'a@secret.example', '1', 20, false), (2, 'a@secret.example', null, -1, false),
  (3, 'b@secret.example', null, 30, false), (4, 'B@secret.example', '4', -2, true),
  (5, 'a@secret.example', '5', 40, true), (6, null, '6', 50, false), (7, null, '7', null, false);
insert into public.orders values
  (10, 1, 'abc', 1), (11, 99, 'abcdef', 200), (12, 98, 'abc   ', 3.005), (13, null, null, null);
create table public.tree (id int primary key, parent int);
insert into public.tree values (1, null), (2, 1), (3, 9);
create table public."Line Items" ("Order" int, "Pos" int, "No." text, primary key ("Order", "Pos"));
insert into public."Line Items" values (1, 1, 'x'), (1, 2, null), (2, 1, 'x');
create table public.pairs (a int, b int, x int, y int);
insert into public.pairs values (1, 1, 1, 1), (1, 1, 1, null), (2, null, null, null), (null, null, 9, 9);
create table public.ends (x int, y int, primary key (x, y));
insert into public.ends values (1, 1);
create table public.bookings (id int primary key, room int, during int4range);
insert into public.bookings values (1, 1, '[1,5)'), (2, 1, '[4,6)'), (3, 2, '[1,9)'), (4, 1, '[6,7)'),
  (5, 1, null);
create table public.empty (id int primary key, parent int);
create table public.parents (a int); create table public.children () inherits (public.parents);
insert into public.parents values (1); insert into public.children values (1), (null);
create table public.parted (id int, part int, note text) partition by list (part);
create table public.parted_1 partition of public.parted for values in (1);
create table public.parted_2 partition of public.parted for values in (2);
insert into public.parted values (1, 1, 'x'), (1, 2, null);
do $$ declare t regclass; begin
  for t in select oid from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') loop
    execute format('alter table %s owner to postgres', t);
  end loop;
end $$;
"""


@pytest.fixture
def shop(db):
    db.execute(SHOP)
    return db


@pytest.fixture
def reader(targets, shop):
    with targets.reading("staging") as reader:
        yield reader


@pytest.fixture
def owner(target_database, shop):
    """Another session of the role that migrates."""
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        yield connection


def obstacles(reader, sql, *, limit_seconds=LIMIT_SECONDS):
    found = (reader.obstacle(demand, limit_seconds=limit_seconds) for demand in demands_of(sql))
    return [obstacle for obstacle in found if obstacle]


def fails(owner, sql) -> bool:
    try:
        with owner.transaction(force_rollback=True):
            owner.execute(sql)
    except psycopg.Error:
        return True
    return False


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (
            "alter table public.customers add unique (email)",
            "3 rows of public.customers in 1 group share the same (email); id: 1 | 2 | 5",
        ),
        (
            "create unique index on customers (lower(email)) where customers.gone is not null",
            "5 rows of customers in 2 groups share the same (lower(email)); id: 1 | 2 | 3",
        ),
        (
            'create unique index on public.customers (lower(email) collate "C", (age > 0))',
            "2 rows of public.customers in 1 group …",
        ),
        (
            'alter table public."Line Items" add constraint one unique ("No.")',
            "2 rows of public.Line Items in 1 group share the same (No.); Order, Pos: 1, 1 | 2, 1",
        ),
        (
            "alter table public.pairs add unique (a, b)",
            "2 rows of public.pairs in 1 group share the same (a, b)",
        ),
        (
            "alter table public.parents add unique (a)",
            None,
        ),
        (
            "alter table public.customers add primary key (phone)",
            "2 rows of public.customers have no phone; id: 2 | 3",
        ),
        (
            "alter table public.orders add foreign key (customer_id) references public.customers",
            "2 rows of public.orders refer to no row of public.customers (customer_id); id: 11 | 12",
        ),
        (
            "alter table public.tree add foreign key (parent) references public.tree (id)",
            "1 row of public.tree refers to no row of public.tree (parent); id: 3",
        ),
        (
            "alter table public.pairs add foreign key (x, y) references public.ends",
            "1 row of public.pairs refers to no row of public.ends (x, y)",
        ),
        (
            "alter table public.pairs add foreign key (x, y) references public.ends match full",
            "2 rows of public.pairs refer to no row of public.ends (x, y)",
        ),
        (
            "alter table public.customers add check (customers.age > 0)",
            "2 rows of public.customers do not satisfy customers.age > 0; id: 2 | 4",
        ),
        ("alter table public.customers add check (age > -9)", None),
        (
            "alter table public.customers add check (100 / (age - 20) < 100)",
            "at least one row of public.customers makes (100 / (age - 20)) < 100 fail (SQLSTATE 22012)",
        ),
        (
            'alter table public."Line Items" alter "No." set not null',
            "1 row of public.Line Items has no No.; Order, Pos: 1, 2",
        ),
        ("alter table public.customers alter email set not null, alter id set not null", "2 rows of …"),
        ("alter table public.parents alter a set not null", "1 row of public.parents has no a"),
        ("alter table public.parents add check (a > 1) no inherit", "1 row of public.parents does not …"),
        ("alter table public.parted alter note set not null", "1 row of public.parted has no note"),
        ("alter table public.parted add unique (id, part)", None),
        (
            "alter table public.parted add foreign key (id) references public.tree",
            None,
        ),
        (
            "alter table public.bookings add exclude using gist (room with =, during with &&)",
            "2 rows of public.bookings conflict with another row by (room with =, during with &&); id: 1 | 2",
        ),
        (
            "alter table bookings add exclude using gist (during with &&) where (id = 4)",
            None,
        ),
        (
            "alter table public.orders add column total int not null",
            "4 rows of public.orders are there, and the new column total has no default; id: 10 | 11 | 12",
        ),
        ("alter table public.empty add column total int not null", None),
        ("alter table public.orders add column if not exists code text not null", None),
        ("alter table public.orders add column n int not null default 0", None),
        ("alter table public.orders add column n bigserial primary key", "…"),
        ("alter table public.pairs add column n bigint generated always as identity primary key", None),
        ("alter table public.pairs add column n uuid primary key default gen_random_uuid()", None),
        (
            "alter table public.orders add column n int unique default 1",
            "4 rows of public.orders in 1 group share the same (n); id: 10 | 11 | 12",
        ),
        ("alter table public.orders add column n int unique references public.customers", None),
        (
            "alter table public.orders add column n int default 3 references public.customers",
            None,
        ),
        (
            "alter table public.orders add column n int default 30 references public.customers",
            "4 rows of public.orders refer to no row of public.customers (n); id: 10 | 11 | 12",
        ),
        (
            "alter table public.orders add column n int check (n is not null)",
            "4 rows of public.orders do not satisfy n IS NOT NULL; id: 10 | 11 | 12",
        ),
        (
            "alter table orders add n int generated always as (orders.customer_id) stored not null",
            "1 row of orders has no n; id: 13",
        ),
    ],
)
def test_what_is_in_the_way_is_what_the_statement_would_fail_at(reader, owner, sql, words):
    if words == "…":  # the statement fails for a reason that is not in the rows
        assert obstacles(reader, sql) == []
        return
    found = obstacles(reader, sql)
    assert fails(owner, sql) is bool(found)
    assert len(found) == (words is not None)
    if words:
        whole, start = str(found[0]), words.removesuffix("…")
        assert whole.startswith(start) if words.endswith("…") else whole == words
        assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("add", "words"),
    [
        (
            "constraint c foreign key (customer_id) references public.customers",
            "2 rows of public.orders refer to no row of public.customers (customer_id); id: 11 | 12",
        ),
        (
            "constraint c check (customer_id < 97)",
            "2 rows of public.orders do not satisfy (customer_id < 97); id: 11 | 12",
        ),
        ("constraint c check (customer_id < 100)", None),
    ],
)
def test_a_constraint_that_waits_for_validation_is_asked_for(reader, shop, add, words):
    statement = f"alter table public.orders add {add} not valid"
    assert demands_of(statement) == ()
    [postponed] = postponed_by(statement)
    later = reader.obstacle(postponed, limit_seconds=LIMIT_SECONDS)
    validate = "alter table public.orders validate constraint c"
    assert obstacles(reader, validate) == []
    shop.execute(statement)
    now = obstacles(reader, validate)
    assert [str(obstacle) for obstacle in now] == ([words] if words else [])
    assert (later.rows if later else 0) == (now[0].rows if now else 0)


def test_a_constraint_that_was_validated_demands_nothing(reader, shop):
    shop.execute("alter table public.customers add constraint c check (age > -9)")
    assert obstacles(reader, "alter table public.customers validate constraint c") == []


def test_a_not_null_constraint_that_waits_for_validation_is_asked_for(reader, shop):
    if shop.info.server_version < 180000:
        demand = Demand(kind=DemandKind.NOT_NULL, table=Name(None, "customers"), columns=("age",))
        assert reader.obstacle(demand, limit_seconds=LIMIT_SECONDS).rows == 1
        return
    shop.execute("alter table public.customers add constraint c not null age not valid")
    [obstacle] = obstacles(reader, "alter table public.customers validate constraint c")
    assert str(obstacle) == "1 row of public.customers has no age; id: 7"


def test_a_primary_key_from_an_index_demands_values_in_the_columns_of_the_index(reader, owner):
    owner.execute("create unique index all_four on public.pairs (a, b, x, y)")
    sql = "alter table public.pairs add constraint p primary key using index all_four"
    [obstacle] = obstacles(reader, sql)
    assert obstacle.words == "3 rows of public.pairs have no a or no b or no x or no y"
    assert fails(owner, sql)
    assert obstacles(reader, sql.replace("all_four", "nowhere")) == []


def test_nulls_are_the_same_where_the_statement_says_so(reader, owner):
    sql = "create unique index on public.customers (email) nulls not distinct"
    assert [obstacle.rows for obstacle in obstacles(reader, sql)] == [5]
    assert fails(owner, sql)


def test_an_index_that_is_there_already_is_not_asked_for_again(reader, owner):
    sql = "create unique index if not exists there on public.customers (email)"
    assert len(obstacles(reader, sql)) == 1
    owner.execute("create index there on public.customers (phone)")
    assert obstacles(reader, sql) == []


@pytest.mark.parametrize(
    "sql",
    [
        "alter table public.nowhere alter a set not null",
        "alter table nowhere.orders alter a set not null",
        "alter table public.orders alter nowhere set not null",
        "alter table public.orders add foreign key (customer_id) references public.not_made_yet",
        "alter table public.orders add foreign key (customer_id) references public.customers (not_made_yet)",
        "alter table public.orders add check (not_made_yet(code))",
        "alter table public.orders add unique (code, not_made_yet)",
        "alter table public.orders alter code type not_made_yet using code::not_made_yet",
        "alter table public.orders alter code type int using not_made_yet(code)",
        "alter table public.orders validate constraint not_made_yet",
        "alter table public.orders add exclude using gist (not_made_yet with =)",
    ],
)
def test_what_is_not_there_yet_is_no_obstacle(reader, sql):
    assert demands_of(sql)
    assert obstacles(reader, sql) == []


@pytest.mark.parametrize(
    "sql",
    [
        "alter table public.orders alter code set not null",
        "alter table public.orders add unique (code)",
        "alter table public.orders add foreign key (customer_id) references public.customers",
        "alter table public.orders add check (amount > 0)",
        "alter table public.orders alter amount type int",
        "alter table public.orders alter amount type int using (amount + 1)",
        "alter table public.orders add exclude using btree (code with =)",
        "alter table public.orders add column n int not null",
    ],
)
def test_a_table_that_is_locked_is_said_to_be_unknown(reader, owner, sql):
    with owner.transaction():
        owner.execute("lock table public.orders in access exclusive mode")
        [obstacle] = obstacles(reader, sql, limit_seconds=0.1)
    assert obstacle.rows is None
    assert obstacle.unknown == "somebody held a lock on it for 0.05 s"
    assert obstacle.words.startswith("it is not known whether rows of public.orders ")


def test_what_takes_too_long_is_said_to_be_unknown(reader, owner):
    owner.execute("create table public.wide as select 1 as a, 1 as b from generate_series(1, 4000)")
    sql = "alter table public.wide add exclude using gist (a with =, b with <>)"
    [obstacle] = obstacles(reader, sql, limit_seconds=0.1)
    assert obstacle.unknown == "it took longer than 0.1 s"
    assert reader.history() == ()


OWN_CODE = """
create sequence public.ran;
create function public.runs(int) returns int language sql immutable as 'select $1';
create function public.runs_text(text) returns text language sql immutable as 'select $1';
create function public.of_row(public.orders) returns int language sql immutable as 'select 1';
create operator public.=== (leftarg = int, rightarg = int, function = pg_catalog.int4eq);
create function public.same(varchar, varchar) returns bool language sql immutable as 'select true';
create operator public.= (leftarg = varchar, rightarg = varchar, function = public.same);
create domain public.checked as int check (public.runs(value) > 0);
create type public.mood as enum ('a', 'abc'); create type public.cast_mood as enum ('a', 'abc');
create function public.as_number(public.cast_mood) returns int language sql as 'select 1';
create cast (public.cast_mood as int) with function public.as_number(public.cast_mood);
create view public.spy as select public.runs(1);
alter table public.orders add plain varchar, add feels public.mood, add casts public.cast_mood;
"""


@pytest.mark.parametrize(
    ("sql", "stranger"),
    [
        ("add check (public.runs(id) > 0)", "calls public.runs"),
        ("add check (runs(id) > 0)", "calls public.runs"),
        ("add check (orders.of_row > 0)", "calls public.of_row"),
        ("add check ((orders).of_row > 0)", "takes a whole row"),
        ("add check (id operator(public.===) 1)", "calls public.==="),
        ("add check (plain = 'x')", "calls public.="),
        ("add check (plain in ('x', 'y'))", "calls public.="),
        ("add check (case plain when 'x' then true end)", "calls public.="),
        ("add check (id::public.checked > 0)", "uses the type public.checked"),
        ("add check (public.checked(id) > 0)", "uses the type public.checked"),
        ("add check (casts::int > 0)", "uses the type public.cast_mood"),
        ("add check (table_to_xml('public.spy', true, true, '') is null)", "calls pg_catalog.table_to_xml"),
        ("add check (domain_in('1', 1, 1) is null)", "calls pg_catalog.domain_in"),
        ("add check (pg_advisory_lock(id) is null)", "calls pg_catalog.pg_advisory_lock"),
        ("add check (pg_terminate_backend(id))", "calls pg_catalog.pg_terminate_backend"),
        ("add check (pg_sleep(60) is null)", "calls pg_catalog.pg_sleep"),
        ("add check (set_config('a.b', code, false) is null)", "calls pg_catalog.set_config"),
        ("add check (exists (select from public.spy))", "has a sub-select"),
        ("add check (orders is null)", "takes a whole row"),
        ("add check (orders.* is null)", "takes a whole row"),
        ("alter code type text using public.runs_text(code)", "calls public.runs_text"),
        ("alter code type int using (select 1)", "has a sub-select"),
        ("alter id type public.checked", "uses the type public.checked"),
        ("alter casts type int using casts::int", "uses the type public.cast_mood"),
        ("add exclude using gist (customer_id with operator(public.===))", "calls public.==="),
        ("add column n int unique default public.runs(1)", "calls public.runs"),
        ("add column n public.checked not null", "uses the type public.checked"),
    ],
)
def test_nobodys_own_code_is_run_before_the_migration_is(reader, owner, sql, stranger):
    owner.execute(OWN_CODE)
    [obstacle] = obstacles(reader, f"alter table public.orders {sql}")
    assert obstacle.rows is None
    assert stranger in obstacle.unknown
    assert obstacle.unknown.endswith("is not run before the migration is")


@pytest.mark.parametrize(
    "keys",
    [
        "(public.runs(id))",
        "((pg_sleep(60)::text))",
        "(code) where runs(id) > 0",
        "(code) where pg_sleep(9) is null",
    ],
)
def test_nobodys_own_code_is_run_for_an_index(reader, owner, keys):
    owner.execute(OWN_CODE)
    [obstacle] = obstacles(reader, f"create unique index on public.orders {keys}")
    assert "its expression calls " in obstacle.unknown


def test_the_checks_of_a_domain_are_not_run_by_asking_for_valid_texts(reader, owner):
    owner.execute(OWN_CODE)
    sql = "alter table public.orders add check (pg_input_is_valid(code, 'public.checked'))"
    there = owner.info.server_version >= 160000
    words = "its expression calls pg_catalog.pg_input_is_valid, which is not run before the migration is"
    assert [each.unknown for each in obstacles(reader, sql)] == ([words] if there else [])


def test_nobodys_own_code_is_run_for_a_constraint_that_waits_for_validation(reader, owner):
    owner.execute(OWN_CODE)
    owner.execute("alter table public.orders add constraint c check (runs(id) > 99) not valid")
    [obstacle] = obstacles(reader, "alter table public.orders validate constraint c")
    assert obstacle.unknown == "its expression calls public.runs, which is not run before the migration is"


def test_an_operator_of_somebodys_own_keeps_a_foreign_key_from_being_asked(reader, owner):
    owner.execute(OWN_CODE)
    [obstacle] = obstacles(
        reader, "alter table public.orders add foreign key (plain) references public.customers (phone)"
    )
    assert "calls public.=" in obstacle.unknown


@pytest.mark.parametrize(
    "sql",
    [
        "add check (lower(code) <> 'abc')",
        "add check (feels <> 'a' or feels > 'a')",
        "add check (amount between 0 and 9 and now() > '2020-01-01' and current_date is not null)",
        "add check (code ~ '^[a-z]+$' and length(trim(code)) < 4 and code like 'a%')",
        "add check (extract(year from now()) > 2000 and coalesce(amount, 0)::numeric(9, 2) < 100)",
        "add column n uuid unique default gen_random_uuid()",
        "add column n public.mood unique default 'a'",
        "alter code type public.mood using code::public.mood",
        "add column n bigint unique default nextval('public.ran')",
    ],
)
def test_what_is_postgresqls_own_is_asked_though_others_have_made_code(reader, owner, sql):
    owner.execute(OWN_CODE)
    assert [
        each.unknown for each in obstacles(reader, f"alter table public.orders {sql}") if each.unknown
    ] == []


def test_overloads_that_an_extension_brings_do_not_keep_a_question_from_being_asked(reader, shop):
    shop.execute("create extension if not exists citext schema public")
    shop.execute("create extension if not exists pgcrypto schema public")
    [obstacle] = obstacles(reader, "alter table public.orders add check (replace(code, 'a', 'b') = 'x')")
    assert obstacle.rows == 3
    assert obstacles(reader, "alter table public.orders add n uuid unique default gen_random_uuid()") == []
    shop.execute("alter table public.customers alter phone type citext, add unique (phone)")
    shop.execute("alter table public.orders alter code type citext")
    sql = "alter table public.orders add foreign key (code) references public.customers (phone)"
    assert [each.rows for each in obstacles(reader, sql)] == [3]


def test_a_key_is_cut_to_sixty_characters(reader, owner):
    owner.execute(
        "create table public.long (id text primary key, a int);"
        " insert into public.long values (repeat('x', 9999))"
    )
    [obstacle] = obstacles(reader, "alter table public.long alter a set not null")
    assert obstacle.examples == ("x" * 60,)


def test_a_right_that_is_missing_is_said(reader, shop):
    shop.execute("revoke execute on function pg_catalog.lower(text) from public")
    [obstacle] = obstacles(reader, "alter table public.orders add check (lower(code) <> 'x')")
    assert obstacle.unknown == "this role lacks a right to find out (SQLSTATE 42501)"


@pytest.mark.parametrize("hidden", ["orders", "customers"])
def test_rows_that_policies_may_hide_are_said_to_be_unknown(reader, shop, hidden):
    shop.execute(
        f"alter table public.{hidden} enable row level security;"
        f" alter table public.{hidden} force row level security; alter role postgres nobypassrls"
    )
    try:
        sql = "alter table public.orders add foreign key (customer_id) references public.customers"
        [obstacle] = obstacles(reader, sql)
    finally:
        shop.execute("alter role postgres bypassrls")
    assert obstacle.unknown == "row level security hides rows from this role"


def test_counting_ends_at_a_million(reader, owner):
    owner.execute("create table public.big as select from generate_series(1, 1000002)")
    [obstacle] = obstacles(reader, "alter table public.big add column a int not null")
    assert obstacle.rows == MOST_ROWS_COUNTED + 1
    assert obstacle.words.startswith("more than 1,000,000 rows of public.big are there")
