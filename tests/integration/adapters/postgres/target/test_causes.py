import pytest

from orchestrator.domain.errors import TargetError
from tests.integration.adapters.postgres.target.conftest import LEDGER, migration


@pytest.fixture
def shop(db):
    db.execute(
        """
        create table public.customers (id int primary key, email text, phone text, age int, gone bool);
        create table public.orders (id int primary key, customer_id int);
        insert into public.customers values
          (1, 'a@secret.example', '1', 20, false), (2, 'a@secret.example', null, -1, false),
          (3, 'b@secret.example', null, 30, false), (4, 'B@secret.example', '4', -2, true),
          (5, 'a@secret.example', '5', 40, true), (6, null, '6', 50, false), (7, null, '7', 60, false);
        insert into public.orders values (10, 1), (11, 99), (12, 98), (13, null), (14, 97), (15, 96);
        alter table public.customers owner to postgres;
        alter table public.orders owner to postgres;
        """
    )
    return db


def failure(targets, sql) -> TargetError:
    with (
        targets.writing("staging", ledger_id=LEDGER) as writer,
        pytest.raises(TargetError) as raised,
    ):
        writer.apply(migration("1"), sql)
    return raised.value


@pytest.mark.parametrize(
    ("sql", "cause", "rows"),
    [
        (
            "alter table public.customers add constraint one_email unique (email)",
            "3 rows of public.customers in 1 group share the same (email); id: 1 | 2 | 5",
            3,
        ),
        (
            "create unique index on customers (lower(email))",
            "5 rows of public.customers in 2 groups share the same (lower(email)); id: 1 | 2 | 3",
            5,
        ),
        (
            "create unique index u on public.customers (email) where not gone",
            "2 rows of public.customers in 1 group share the same (email); id: 1 | 2",
            2,
        ),
        (
            "create unique index u on public.customers (email) nulls not distinct where gone is not null",
            "5 rows of public.customers in 2 groups share the same (email); id: 1 | 2 | 5",
            5,
        ),
        (
            "alter table public.orders add foreign key (customer_id) references public.customers",
            "4 rows of public.orders refer to no row of public.customers (customer_id); id: 11 | 12 | 14",
            4,
        ),
        (
            "alter table public.customers alter column age set not null, alter phone set not null",
            "2 rows of public.customers have no phone; id: 2 | 3",
            2,
        ),
        (
            "alter table public.customers add check (age > 0)",
            "2 rows of public.customers do not satisfy age > 0; id: 2 | 4",
            2,
        ),
        (
            "alter table public.orders add column total int not null",
            "6 rows of public.orders are there, and the new column total has no default; id: 10 | 11 | 12",
            6,
        ),
        (
            "alter table public.customers alter column email type varchar(3)",
            "5 rows of public.customers have a value in email that cannot become varchar(3); id: 1 | 2 | 3",
            5,
        ),
        (
            "alter table public.customers drop constraint customers_pkey, add primary key (id, age, phone)",
            "2 rows of public.customers have no phone; id: 2 | 3",
            2,
        ),
        (
            "alter table public.customers add exclude using btree (gone with =)",
            "7 rows of public.customers conflict with another row by (gone with =); id: 1 | 2 | 3",
            7,
        ),
    ],
)
def test_rows_in_the_way_are_counted_and_named_by_their_keys(targets, shop, sql, cause, rows):
    error = failure(targets, sql)
    assert (error.nouns["cause"], error.nouns["rows"]) == (cause, rows)
    assert error.message.endswith(cause)
    assert "secret" not in f"{error.message} {error.nouns}"


@pytest.mark.parametrize(
    ("add", "validate", "cause"),
    [
        (
            "add constraint c foreign key (customer_id) references public.customers not valid",
            "validate constraint c",
            "4 rows of public.orders refer to no row of public.customers (customer_id); id: 11 | 12 | 14",
        ),
        (
            "add constraint c check (customer_id < 97) not valid",
            "validate constraint c",
            "3 rows of public.orders do not satisfy (customer_id < 97); id: 11 | 12 | 14",
        ),
    ],
)
def test_a_constraint_that_does_not_validate_is_explained_from_the_catalog(
    targets, shop, add, validate, cause
):
    shop.execute(f"alter table public.orders {add}")
    error = failure(targets, f"alter table public.orders {validate}")
    assert error.nouns["cause"] == cause


def test_what_cannot_be_explained_stays_the_error_that_it_was(targets, shop):
    error = failure(
        targets, "create table public.t (a int); insert into t values (1), (1); create unique index on t (a)"
    )
    assert error.nouns["sqlstate"] == "23505"
    assert "cause" not in error.nouns


def test_policies_that_read_their_own_table_are_named(targets, shop):
    shop.execute(
        """
        create table public.teams (id int, owner text); alter table public.teams owner to postgres;
        create table public.members (team int); alter table public.members owner to postgres;
        alter table public.teams enable row level security; alter table public.teams force row level security;
        alter table public.members enable row level security;
        alter table public.members force row level security;
        create policy mine on public.teams using (id in (select team from public.members));
        create policy ours on public.members using (team in (select id from public.teams));
        create policy plain on public.teams using (owner = 'x');
        alter role postgres nobypassrls;
        """
    )
    try:
        error = failure(targets, "select * from public.teams; select * from public.members")
    finally:
        shop.execute("alter role postgres bypassrls")
    assert error.nouns["sqlstate"] == "42P17"
    assert error.nouns["policies"] == ["mine on public.teams", "ours on public.members"]
