"""What the rules about locks say, held against the locks, rewrites and scans of a real server."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import psycopg
import pytest

from orchestrator.adapters.squawk import Squawk
from orchestrator.domain.finding import Finding
from orchestrator.validation.hazard import Blocks, Hazard, Work
from orchestrator.validation.review import review
from orchestrator.validation.rules import MARKS, RULES
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms
from tests.support.servers import TestDatabase

LINTER = Squawk(MARKS)
HAZARDS = {rule.id: rule.hazard for rule in RULES}
#: the first server with NOT ENFORCED, VIRTUAL, and NOT NULL as a constraint of its own
EIGHTEEN = 180000
THERE = """
create table public.customers (id int primary key, email text);
create domain public.email as text;
create table public.orders (
    id int not null, customer_id int, code varchar(10), net numeric(10, 2), note text, placed timestamp,
    during int4range, words tsvector, mail public.email
);
create index orders_code on public.orders (code);
create unique index orders_id on public.orders (id);
create table public.visits (at int) partition by range (at);
create table public.visits_2024 partition of public.visits for values from (0) to (10);
create materialized view public.daily as select 1 as n;
insert into public.customers select n from generate_series(1, 300) n;
insert into public.orders (id, customer_id, code, net, note, during)
    select n, n, n, n, n, int4range(n, n + 1) from generate_series(1, 300) n;
"""
ADD_CHECK = "alter table public.orders add constraint c check (net > 0) not valid;"
ADD_KEY = (
    "alter table public.orders add constraint c"
    " foreign key (customer_id) references public.customers not valid;"
)
#: rule, statement; of rules whose findings differ, the hazard that is meant here
CLAIMS: list[tuple[str, str] | tuple[str, str, Hazard]] = [
    ("index-blocks-writes", "create index on public.orders (customer_id)"),
    (
        "index-blocks-writes",
        "create index on public.orders using gin (words)",
        Hazard(blocks=Blocks.WRITES, work=Work.GIN),
    ),
    ("drop-index-blocks", "drop index public.orders_code"),
    ("reindex-blocks", "reindex table public.orders", Hazard(blocks=Blocks.WRITES, work=Work.INDEX)),
    ("check-scans-table", "alter table public.orders add check (net > 0)"),
    ("check-scans-table", "alter table public.orders add constraint n not null code"),
    ("check-scans-table", "alter table public.orders add pages int check (pages > 0)"),
    (
        "validate-in-same-transaction",
        ADD_CHECK + "alter table public.orders validate constraint c",
        Hazard(blocks=Blocks.EVERYTHING, work=Work.SCAN),
    ),
    (
        "validate-in-same-transaction",
        ADD_KEY + "alter table public.orders validate constraint c",
        Hazard(blocks=Blocks.WRITES, work=Work.LOOK_UP),
    ),
    (
        "foreign-key-scans-tables",
        "alter table public.orders add foreign key (id) references public.customers",
    ),
    (
        "foreign-key-scans-tables",
        "alter table public.orders add kind int default 1 references public.customers",
        Hazard(blocks=Blocks.EVERYTHING, work=Work.LOOK_UP),
    ),
    ("unique-constraint-blocks", "alter table public.orders add unique (code)"),
    ("unique-constraint-blocks", "alter table public.orders add slug text unique"),
    ("primary-key-blocks", "alter table public.orders add primary key (customer_id)"),
    ("not-null-scans-table", "alter table public.orders alter code set not null"),
    ("column-rewrites-table", "alter table public.orders add token uuid default gen_random_uuid()"),
    ("column-rewrites-table", "alter table public.orders add number bigserial"),
    ("column-rewrites-table", "alter table public.orders add number int generated always as identity"),
    (
        "column-rewrites-table",
        "alter table public.orders add gross numeric generated always as (net * 2) stored",
    ),
    ("type-change-rewrites-table", "alter table public.orders alter id type bigint"),
    ("exclude-constraint-blocks", "alter table public.orders add exclude using gist (during with &&)"),
    ("domain-constraint-scans", "alter domain public.email add check (value <> 'x')"),
    (
        "maintenance-blocks",
        "cluster public.orders using orders_id",
        Hazard(blocks=Blocks.EVERYTHING, work=Work.REWRITE),
    ),
    (
        "maintenance-blocks",
        "alter table public.orders set unlogged",
        Hazard(blocks=Blocks.EVERYTHING, work=Work.REWRITE),
    ),
    (
        "maintenance-blocks",
        "lock table public.orders in share mode",
        Hazard(blocks=Blocks.WRITES, work=Work.NOTHING),
    ),
    ("maintenance-blocks", "lock public.orders", Hazard(blocks=Blocks.EVERYTHING, work=Work.NOTHING)),
]
#: nothing is said of these, because no row is looked at
FREE = [
    "alter table public.orders add check (net > 0) not valid",
    "alter table public.orders add check (net > 0) not enforced",
    "alter table public.orders add foreign key (id) references public.customers not valid",
    "alter table public.orders add foreign key (id) references public.customers not enforced",
    "alter table public.orders add shop int references public.customers",
    "alter table public.orders add shop int not null default 1",
    "alter table public.orders add seen timestamptz not null default now()",
    "alter table public.orders add gross numeric generated always as (net * 2) virtual",
    "alter table public.orders add constraint u unique using index orders_id",
    "alter table public.orders add constraint p primary key using index orders_id",
    "alter table public.orders alter code type varchar(20), alter net type numeric(12, 2)",
    "alter table public.orders alter code type text using code::text",
    "set local timezone = 'UTC'; alter table public.orders alter placed type timestamptz",
    "alter table public.orders alter id set not null",
    "alter domain public.email add check (value <> 'x') not valid",
    "create index if not exists orders_code on public.orders (code)",
    "lock table public.orders in row exclusive mode",
]
EVERYBODY_OUT = "AccessExclusiveLock"
WRITERS_OUT = {"ShareLock", "ShareRowExclusiveLock", "ExclusiveLock"}


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What one statement did to a relation."""

    locks: set[str]
    rewritten: bool
    scanned: bool


@pytest.fixture
def owner(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute(THERE)
        yield connection


def taken(owner: psycopg.Connection, sql: str, relation: str = "public.orders") -> Taken:
    with owner.transaction(force_rollback=True):
        file, scans = file_of(owner, relation), scans_of(owner, relation)
        owner.execute(sql)
        return Taken(
            locks=locks_on(owner, relation),
            rewritten=file_of(owner, relation) != file,
            scanned=scans_of(owner, relation) > scans,
        )


def locks_on(owner: psycopg.Connection, relation: str) -> set[str]:
    rows = owner.execute(
        "select mode from pg_locks where pid = pg_backend_pid() and granted"
        " and locktype = 'relation' and relation = %s::regclass",
        [relation],
    )
    return {mode for (mode,) in rows}


def file_of(owner: psycopg.Connection, relation: str) -> str:
    [(number,)] = owner.execute("select pg_relation_filenode(%s::regclass)", [relation])
    return str(number)


def scans_of(owner: psycopg.Connection, relation: str) -> int:
    [(number,)] = owner.execute(
        "select coalesce(sum(seq_scan), 0) from pg_stat_xact_all_tables where relid = %s::regclass",
        [relation],
    )
    return int(number)


def reviewed(sql: str, *, server_major: int = 18) -> dict[str, Finding]:
    earlier = [SqlText(path="20250101000000_there.sql", content=THERE.encode())]
    file = SqlText(path="supabase/migrations/20260101120000_x.sql", content=sql.encode())
    terms = Terms(server_major=server_major)
    lint = partial(LINTER.lint, server_major=server_major)
    return {finding.rule: finding for finding in review([file], terms, earlier=earlier, lint=lint)}


def reported(sql: str) -> set[str]:
    return set(reviewed(sql))


def is_understood(owner: psycopg.Connection, sql: str) -> bool:
    new = any(word in sql for word in ("not enforced", "virtual", "not null code"))
    return owner.info.server_version >= EIGHTEEN or not new


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim[1].partition("; ")[2] or claim[1])
def test_a_lock_blocks_whom_the_rule_says_for_the_work_that_it_says(
    owner: psycopg.Connection, claim: tuple[str, str] | tuple[str, str, Hazard]
) -> None:
    rule, sql, *said = claim
    assert rule in reported(sql)
    if not is_understood(owner, sql):
        return
    hazard = said[0] if said else HAZARDS[rule]
    assert hazard is not None
    seen = taken(owner, sql)
    assert (EVERYBODY_OUT in seen.locks) is (hazard.blocks is Blocks.EVERYTHING)
    if hazard.blocks is Blocks.WRITES:
        assert seen.locks & WRITERS_OUT
    assert seen.rewritten is (hazard.work is Work.REWRITE)
    if not seen.rewritten:
        assert seen.scanned is (hazard.work is not Work.NOTHING)


@pytest.mark.parametrize("sql", FREE)
def test_what_is_not_reported_looks_at_no_row_and_writes_none(owner: psycopg.Connection, sql: str) -> None:
    rules = {rule for rule, hazard in HAZARDS.items() if hazard} | {"maintenance-blocks"}
    if "index if not exists" not in sql:  # without a survey nobody knows that it is there
        assert reported(sql).isdisjoint(rules)
    if is_understood(owner, sql):
        seen = taken(owner, sql)
        assert (seen.rewritten, seen.scanned) == (False, False)


def test_set_not_null_believes_a_check_that_is_valid(owner: psycopg.Connection) -> None:
    owner.execute(
        "alter table public.orders add constraint c check (code is not null) not valid;"
        " alter table public.orders validate constraint c"
    )
    assert not taken(owner, "alter table public.orders alter code set not null").scanned


def test_validate_by_itself_locks_out_nobody(owner: psycopg.Connection) -> None:
    owner.execute(
        "alter table public.orders add constraint c check (net > 0) not valid,"
        " add constraint k foreign key (customer_id) references public.customers not valid"
    )
    for constraint in ("c", "k"):
        seen = taken(owner, f"alter table public.orders validate constraint {constraint}")
        assert seen.scanned
        assert seen.locks.isdisjoint({EVERYBODY_OUT, *WRITERS_OUT})


def test_a_foreign_key_locks_the_other_table_against_writes_too(owner: psycopg.Connection) -> None:
    sql = "alter table public.orders add foreign key (customer_id) references public.customers"
    assert taken(owner, sql, "public.customers").locks & WRITERS_OUT


def test_detaching_a_partition_locks_the_whole_table(owner: psycopg.Connection) -> None:
    sql = "alter table public.visits detach partition public.visits_2024"
    assert "detach-partition-blocks" in reported(sql)
    seen = taken(owner, sql, "public.visits")
    assert EVERYBODY_OUT in seen.locks
    assert not seen.scanned


def test_a_materialized_view_is_written_anew_while_nobody_reads_it(owner: psycopg.Connection) -> None:
    sql = "refresh materialized view public.daily"
    assert "maintenance-blocks" in reported(sql)
    seen = taken(owner, sql, "public.daily")
    assert EVERYBODY_OUT in seen.locks
    assert seen.rewritten


def test_reading_waits_for_reindex_because_the_planner_looks_at_every_index(
    owner: psycopg.Connection, target_database: TestDatabase
) -> None:
    with psycopg.connect(target_database.url, autocommit=True) as reader, owner.transaction():
        owner.execute("reindex index public.orders_code")
        reader.execute("set lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            reader.execute("select net from public.orders where net = 1")


def test_every_trigger_of_a_table_with_foreign_keys_cannot_be_disabled(owner: psycopg.Connection) -> None:
    owner.execute("alter table public.orders add foreign key (customer_id) references public.customers")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute("alter table public.orders disable trigger all")


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("not-null-scans-table", "alter code set not null"),
        ("unique-constraint-blocks", "add unique (customer_id, code)"),
        ("primary-key-blocks", "add primary key (id)"),
    ],
)
def test_the_way_out_that_a_remedy_shows_can_be_copied(
    owner: psycopg.Connection, rule: str, change: str
) -> None:
    major = owner.info.server_version // 10000
    remedy = reviewed(f"alter table public.orders {change}", server_major=major)[rule].remedy
    earlier = remedy.partition("file of its own: ")[2].partition("; here: ")[0]
    if earlier:  # on a server it runs by itself; here everything is undone at the end
        owner.execute(earlier.replace(" concurrently", "").encode())
    way_out = remedy.partition("ere: ")[2].partition("; in a later migration")[0]
    assert not taken(owner, way_out).rewritten


@pytest.mark.parametrize("sql", ["add shop int not null", "add shop int primary key"])
def test_a_required_column_fails_at_the_first_row(owner: psycopg.Connection, sql: str) -> None:
    assert "required-column" in reported(f"alter table public.customers {sql}")
    with pytest.raises(psycopg.errors.NotNullViolation):
        owner.execute(f"alter table public.orders {sql}")


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("update public.orders set note = 'a', note = 'b'", psycopg.errors.SyntaxError),
        ("insert into public.orders (id, id) values (1, 2)", psycopg.errors.DuplicateColumn),
    ],
)
def test_a_column_is_not_given_a_value_twice(
    owner: psycopg.Connection, sql: str, error: type[psycopg.Error]
) -> None:
    assert "duplicate-assignment" in reported(sql)
    with pytest.raises(error):
        owner.execute(sql)
