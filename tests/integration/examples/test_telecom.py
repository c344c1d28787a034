"""The telecom example does what its README tells, on a real Supabase-like database as role postgres."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql

from tests.support.schema_dump import schema_dump
from tests.support.servers import TestDatabase

HOME = Path(__file__).parents[3] / "examples/telecom"
ACTS = ("1-three-good-migrations", "2-leak", "3-duplicates", "4-unrelated", "5-fix")
GOOD, LEAK, DUPLICATES, UNRELATED, FIX = (HOME / "acts" / act for act in ACTS)

CUSTOMER_23 = "md5('customer23')::uuid"


def migrations(*folders: Path) -> list[Path]:
    """List what lies in a repository after these folders were copied over each other."""
    tree = {file.name: file for folder in folders for file in (folder / "supabase/migrations").glob("*.sql")}
    return [tree[name] for name in sorted(tree)]


def rollback_of(migration: Path) -> Path:
    return migration.parents[1] / "rollbacks" / f"{migration.stem}.down.sql"


BASELINE = migrations(HOME / "baseline")
FINAL = migrations(HOME / "baseline", GOOD, DUPLICATES, UNRELATED, FIX)
WRONG = migrations(LEAK)


def connect(database: TestDatabase) -> psycopg.Connection:
    return psycopg.connect(database.url, autocommit=True, connect_timeout=10)


def run(connection: psycopg.Connection, *files: Path) -> None:
    """Run each file in a transaction of its own, as a deployment does."""
    for file in files:
        with connection.transaction():
            connection.execute(file.read_bytes())


def column(connection: psycopg.Connection, query: str | bytes) -> list[object]:
    return [row[0] for row in connection.execute(query.encode() if isinstance(query, str) else query)]


@contextmanager
def acting_as(connection: psycopg.Connection, role: str, account: str = "null") -> Iterator[None]:
    """Speak to the database as the API does for a request; everything is undone."""
    with connection.transaction(force_rollback=True):
        claims = f"json_build_object('sub', {account}, 'role', '{role}')::text"
        connection.execute(f"select set_config('request.jwt.claims', {claims}, true)".encode())
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        yield


@pytest.fixture
def live(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    """A database as staging is before adoption: baseline, history and rows."""
    with connect(target_database) as connection:
        run(connection, *BASELINE, HOME / "history.sql", HOME / "rows.sql")
        yield connection


@pytest.fixture(params=["open", "explicit"])
def new_project(target_database: TestDatabase, request: pytest.FixtureRequest) -> TestDatabase:
    """An empty project with the default privileges of an older (open) or a newer (explicit) project."""
    if request.param == "explicit":
        with psycopg.connect(
            target_database.superuser_url, autocommit=True, connect_timeout=10
        ) as connection:
            for kind in (b"tables", b"functions", b"sequences"):
                connection.execute(
                    b"alter default privileges for role postgres in schema public "
                    b"revoke all on %b from anon, authenticated, service_role" % kind
                )
    return target_database


# --- the files ---------------------------------------------------------------------------------------------


def test_each_migration_has_its_rollback_and_no_rollback_stands_alone() -> None:
    folders = [HOME / "baseline", *(HOME / "acts").iterdir()]
    up = {rollback_of(file) for folder in folders for file in migrations(folder)}
    assert up == {file for folder in folders for file in (folder / "supabase/rollbacks").iterdir()}


def test_the_acts_are_these_and_each_adds_newer_versions_or_replaces_a_file() -> None:
    assert tuple(sorted(folder.name for folder in (HOME / "acts").iterdir())) == ACTS
    versions = [
        file.name.split("_")[0]
        for act in (HOME / "baseline", *(HOME / "acts" / a for a in ACTS[:4]))
        for file in migrations(act)
    ]
    assert versions == sorted(set(versions))
    assert [file.name for file in migrations(FIX)] == [migrations(DUPLICATES)[-1].name]


def test_the_history_names_the_baseline(live: psycopg.Connection) -> None:
    rows = live.execute(
        "select version, name from supabase_migrations.schema_migrations order by 1"
    ).fetchall()
    assert rows == [tuple(file.stem.split("_", 1)) for file in BASELINE]


def test_the_settings_of_the_supabase_cli_hold_nothing_that_version_3_refuses() -> None:
    config = tomllib.loads((HOME / "baseline/supabase/config.toml").read_text())
    assert "inbucket" not in config
    assert config["api"]["schemas"] == ["public"]


# --- up and down -------------------------------------------------------------------------------------------


def test_each_rollback_restores_the_schema_exactly(new_project: TestDatabase) -> None:
    with connect(new_project) as connection:
        before = schema_dump(new_project.url)
        for file in sorted([*FINAL, *WRONG], key=lambda file: file.name):
            run(connection, file)
            assert schema_dump(new_project.url) != before, file.name
            run(connection, rollback_of(file))
            assert schema_dump(new_project.url) == before, file.name
            if file not in WRONG:
                run(connection, file)
                before = schema_dump(new_project.url)


def test_a_new_project_takes_everything_and_keeps_to_the_checklist(new_project: TestDatabase) -> None:
    with connect(new_project) as connection:
        run(connection, *FINAL)
        assert column(connection, Path(__file__).with_name("faults.sql").read_bytes()) == []


def test_the_grants_do_not_depend_on_the_age_of_the_project(new_project: TestDatabase) -> None:
    with connect(new_project) as connection:
        run(connection, *FINAL)
        query = """select distinct grantee || ' ' || privilege_type from information_schema.role_table_grants
                   where table_schema = 'public' and grantee <> 'postgres' order by 1"""
        write = ("DELETE", "INSERT", "SELECT", "UPDATE")
        assert column(connection, query) == [
            "anon SELECT",
            *(f"{role} {privilege}" for role in ("authenticated", "service_role") for privilege in write),
        ]


def test_the_checklist_sees_what_act_2_does_wrong(target_database: TestDatabase) -> None:
    with connect(target_database) as connection:
        run(connection, *BASELINE, *WRONG)
        faults = column(connection, Path(__file__).with_name("faults.sql").read_bytes())
        assert faults == ["row level security is off: referral_codes", "no policy: referral_codes"]


def test_all_rollbacks_together_leave_an_empty_project(target_database: TestDatabase) -> None:
    before = schema_dump(target_database.url)
    with connect(target_database) as connection:
        run(connection, *FINAL, *(rollback_of(file) for file in reversed(FINAL)))
    assert schema_dump(target_database.url) == before


# --- the rows ----------------------------------------------------------------------------------------------


def test_seven_customers_share_three_numbers(live: psycopg.Connection) -> None:
    query = "select count(*) from public.customers group by phone having count(phone) > 1 order by 1"
    assert column(live, query) == [2, 2, 3]
    assert column(live, "select count(*) from public.customers") == [240]
    assert column(live, "select count(*) from public.consumer_orders") == [420]


def test_everybody_sees_what_is_theirs(live: psycopg.Connection) -> None:
    count = "select count(*) from public.customers"
    with acting_as(live, "authenticated", CUSTOMER_23):
        assert column(live, "select email from public.customers") == ["customer23@mail.example"]
        assert column(live, "select count(distinct customer_id) from public.consumer_orders") == [1]
    with acting_as(live, "authenticated", "md5('admin1')::uuid"):
        assert column(live, count) == [240]
    with acting_as(live, "authenticated", "md5('admin4')::uuid"):  # has left the company
        assert column(live, count) == [0]
    with acting_as(live, "service_role"):
        assert column(live, count) == [240]
    with acting_as(live, "anon"):
        assert column(live, "select count(*) from public.service_packages") == [10]
        with pytest.raises(errors.InsufficientPrivilege):
            live.execute(count)


# --- the acts ----------------------------------------------------------------------------------------------


def test_act_2_opens_a_table_to_every_visitor(live: psycopg.Connection) -> None:
    run(live, *migrations(GOOD), *WRONG)
    with acting_as(live, "anon"):
        live.execute("select * from public.referral_codes")
        live.execute("update public.referral_codes set redeemed_by = 'anybody'")


def test_act_2_makes_admin_users_ask_itself_for_ever(live: psycopg.Connection) -> None:
    run(live, *migrations(GOOD), *WRONG)
    with (
        acting_as(live, "authenticated", CUSTOMER_23),
        pytest.raises(errors.InvalidObjectDefinition) as caught,
    ):
        live.execute("explain select * from public.admin_users")
    assert caught.value.sqlstate == "42P17"
    with acting_as(live, "authenticated", CUSTOMER_23):
        assert column(live, "select count(*) from public.customers") == [1]


def test_act_3_commits_the_first_and_meets_duplicates_with_the_second(
    live: psycopg.Connection, target_database: TestDatabase
) -> None:
    run(live, *migrations(GOOD))
    before = schema_dump(target_database.url)
    first, second = migrations(DUPLICATES)
    run(live, first)
    with pytest.raises(errors.UniqueViolation) as caught:
        run(live, second)
    assert (caught.value.diag.table_name, caught.value.diag.constraint_name) == (
        "customers",
        "customers_phone_key",
    )
    run(live, rollback_of(first))
    assert schema_dump(target_database.url) == before


def test_act_5_sets_the_shared_numbers_aside_and_its_rollback_gives_them_back(
    live: psycopg.Connection,
) -> None:
    phones = "select phone from public.customers order by id"
    before = column(live, phones)
    run(live, *FINAL[len(BASELINE) :])
    held = "select c.email from public.customers c join public.customer_phone_conflicts f on f.kept_by = c.id"
    kept = {f"customer{n}@mail.example" for n in (23, 96, 188)}
    assert set(column(live, held)) == kept
    assert column(live, "select count(*) from public.customers where phone is null") == [12 + 4]
    (fixed,) = migrations(FIX)
    run(live, rollback_of(fixed))
    assert column(live, phones) == before


def test_a_number_that_was_told_since_survives_the_rollback_of_act_5(live: psycopg.Connection) -> None:
    run(live, *FINAL[len(BASELINE) :])
    live.execute("update public.customers set phone = '+99961000000' where email = 'customer57@mail.example'")
    run(live, rollback_of(migrations(FIX)[0]))
    query = "select phone from public.customers where email ~ '^customer(57|131)@' order by phone"
    assert column(live, query) == ["+99960100851", "+99961000000"]
