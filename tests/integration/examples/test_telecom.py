"""The telecom example does what its README tells, on a real Supabase-like database as role postgres."""

import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.adapters.squawk import Squawk
from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.target import TargetPolicy
from orchestrator.stages.validate import judge
from orchestrator.validation.rules import MARKS
from orchestrator.validation.sql_text import SqlText
from tests.support.schema_dump import schema_dump
from tests.support.servers import TestDatabase

HOME = Path(__file__).parents[3] / "examples/telecom"
ACTS = ("1-three-good-migrations", "2-careless", "3-hidden-leak", "4-live-rows", "5-unrelated", "6-mended")
GOOD, CARELESS, LEAK, LIVE, UNRELATED, FIX = (HOME / "acts" / act for act in ACTS)

CUSTOMER_23 = "md5('customer23')::uuid"


def migrations(*folders: Path) -> list[Path]:
    """List what lies in a repository after these folders were copied over each other."""
    tree = {file.name: file for folder in folders for file in (folder / "supabase/migrations").glob("*.sql")}
    return [tree[name] for name in sorted(tree)]


def rollback_of(migration: Path) -> Path:
    """Return the rollback; of the one that comes without, what act 6 commits at last."""
    home = FIX if migration == WITHOUT_ROLLBACK else migration.parents[2]
    return home / "supabase/rollbacks" / f"{migration.stem}.down.sql"


#: its rollback is drafted
WITHOUT_ROLLBACK = migrations(LEAK)[0]

BASELINE = migrations(HOME / "baseline")
FINAL = migrations(HOME / "baseline", GOOD, LEAK, LIVE, UNRELATED, FIX)
#: what staging has when act 3 begins
BEFORE = FINAL[:7]
#: what staging gets in act 6
MENDED = FINAL[7:]
#: what is wrong, and yet can be applied to a database without rows
WRONG = [*migrations(CARELESS), migrations(LIVE)[1]]

#: the migration that mends rows before it demands something of them
SET_ASIDE = migrations(FIX)[2]
#: what changes no schema
ONLY_ROWS = migrations(LIVE)[:1]
#: what act 4 puts on staging before it fails
LOADED = [WITHOUT_ROLLBACK, *ONLY_ROWS]

POLICY = TargetPolicy(name="staging", repository="telecom", branch="staging")
SQUAWK = Squawk(MARKS)


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
    assert not [one for act in (LEAK, LIVE) for one in act.glob(f"*/rollbacks/{WITHOUT_ROLLBACK.stem}*")]
    assert up == {file for folder in folders for file in (folder / "supabase/rollbacks").iterdir()}


def test_the_acts_are_these_and_each_adds_newer_versions_or_replaces_a_file() -> None:
    assert tuple(sorted(folder.name for folder in (HOME / "acts").iterdir())) == ACTS
    added: list[str] = []
    for act in (HOME / "baseline", *(HOME / "acts" / name for name in ACTS[:-1])):
        names = [file.name for file in migrations(act)]
        again, new = [one for one in names if one in added], [one for one in names if one not in added]
        assert again == ([migrations(LEAK)[-1].name] if act == LIVE else [])
        added += new
    assert added == sorted(added)
    assert [file.name for file in migrations(FIX)] == [file.name for file in WRONG]


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
        for file in FINAL:
            for tried in [*(wrong for wrong in WRONG if wrong.name == file.name), file]:
                run(connection, tried)
                assert file in ONLY_ROWS or schema_dump(new_project.url) != before, tried
                run(connection, rollback_of(tried))
                assert schema_dump(new_project.url) == before, tried
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


def test_the_checklist_sees_the_table_that_act_2_leaves_open(target_database: TestDatabase) -> None:
    with connect(target_database) as connection:
        run(connection, *BASELINE, *migrations(GOOD), *migrations(CARELESS))
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


def found(connection: psycopg.Connection, files: Sequence[Path]) -> Sequence[Finding]:
    """Return what the validate stage says about these files, with squawk and the target's own rows."""
    texts, rollbacks = (
        [SqlText(path=one.name, content=one.read_bytes()) for one in kind]
        for kind in (files, [rollback_of(file) for file in files])
    )
    reader = Reader(connection, "staging")
    return judge(texts, rollbacks=rollbacks, policy=POLICY, linter=SQUAWK, reader=reader)


def test_nothing_can_be_said_against_act_1(live: psycopg.Connection) -> None:
    assert found(live, migrations(GOOD)) == ()


def test_nothing_can_be_said_against_the_baseline_on_a_new_project(new_project: TestDatabase) -> None:
    with connect(new_project) as connection:
        assert found(connection, BASELINE) == ()


def test_each_file_of_act_2_is_refused_for_its_own_reason(live: psycopg.Connection) -> None:
    run(live, *migrations(GOOD))
    refusing = [one for one in found(live, migrations(CARELESS)) if one.severity is Severity.ERROR]
    assert [(one.file, one.rule) for one in refusing] == [
        (WRONG[0].name, "row-security-missing"),
        (WRONG[1].name, "policy-recursion"),
        (WRONG[2].name, "rows-in-the-way"),
    ]
    assert all(one.line and one.column and one.remedy for one in refusing)
    assert "7 rows of public.customers in 3 groups share the same (phone)" in refusing[-1].message


def test_what_act_2_would_have_done(live: psycopg.Connection) -> None:
    open_table, recursive, unique = migrations(CARELESS)
    run(live, *migrations(GOOD), open_table, recursive)
    with acting_as(live, "authenticated", CUSTOMER_23):
        live.execute("select * from public.referral_codes")
        live.execute("update public.referral_codes set redeemed_at = now()")
    with (
        acting_as(live, "authenticated", CUSTOMER_23),
        pytest.raises(errors.InvalidObjectDefinition) as caught,
    ):
        live.execute("explain select * from public.partners")
    assert caught.value.sqlstate == "42P17"
    with pytest.raises(errors.UniqueViolation):
        run(live, unique)


def test_about_act_3_there_is_only_a_note(live: psycopg.Connection) -> None:
    run(live, *migrations(GOOD))
    told = [(one.severity, one.rule, one.file) for one in found(live, migrations(LEAK))]
    assert told == [(Severity.NOTE, "hidden-sql", migrations(LEAK)[-1].name)]


def test_act_3_would_have_shown_every_number_to_whoever_is_signed_in(
    live: psycopg.Connection, target_database: TestDatabase
) -> None:
    run(live, *migrations(GOOD))
    table, load = migrations(LEAK)
    run(live, table)
    before = schema_dump(target_database.url)
    run(live, load)
    with acting_as(live, "authenticated", CUSTOMER_23):
        assert column(live, "select count(*) from public.phone_verifications") == [228]
    run(live, rollback_of(load))
    assert schema_dump(target_database.url) != before, "its rollback leaves row level security off"


def test_about_act_4_there_are_only_notes_and_then_it_meets_the_rows(
    live: psycopg.Connection, target_database: TestDatabase
) -> None:
    run(live, *migrations(GOOD))
    told = found(live, [*LOADED, WRONG[-1]])
    assert [one.rule for one in told if one.severity is not Severity.NOTE] == []
    before = schema_dump(target_database.url)
    run(live, *LOADED)
    with pytest.raises(errors.UniqueViolation):
        run(live, WRONG[-1])
    run(live, *(rollback_of(file) for file in reversed(LOADED)))
    assert schema_dump(target_database.url) == before


def test_who_writes_orders_may_use_the_index_of_addresses(live: psycopg.Connection) -> None:
    run(live, *FINAL[len(BASELINE) :])
    for role in ("authenticated", "service_role"):
        with acting_as(live, role, "md5('admin1')::uuid"):
            written = live.execute(
                """insert into public.consumer_orders (order_number, customer_id, service_package_id,
                                                       status, installation_address, total_amount)
                   select 'ORD-NEW', md5('customer23')::uuid, id, 'active', '1 Long  Street', 1
                     from public.service_packages where is_active limit 1"""
            )
            assert written.rowcount == 1


def test_act_6_shows_a_customer_only_the_own_number(live: psycopg.Connection) -> None:
    run(live, *FINAL[len(BASELINE) :])
    with acting_as(live, "authenticated", CUSTOMER_23):
        assert column(live, "select count(*) from public.phone_verifications") == [1]


def test_of_act_6_only_the_numbers_that_it_sets_aside_are_worth_a_warning(live: psycopg.Connection) -> None:
    run(live, *BEFORE[len(BASELINE) :])
    told = [(one.rule, one.file) for one in found(live, MENDED) if one.severity is not Severity.NOTE]
    assert told == [("rows-in-the-way", SET_ASIDE.name)]


def test_act_6_shows_a_head_office_its_branches_and_a_branch_only_itself(live: psycopg.Connection) -> None:
    run(live, *FINAL[len(BASELINE) :])
    live.execute(
        """insert into public.partners (user_id, business_name, registration_number)
           select md5('customer' || n)::uuid, 'Shop ' || n, n from generate_series(21, 23) n"""
    )
    live.execute(
        """update public.partners set head_office_id = head.id
             from public.partners head
            where head.business_name = 'Shop 23' and partners.business_name = 'Shop 22'"""
    )
    names = "select business_name from public.partners order by 1"
    for account, seen in (("customer23", ["Shop 22", "Shop 23"]), ("customer22", ["Shop 22"])):
        with acting_as(live, "authenticated", f"md5('{account}')::uuid"):
            assert column(live, names) == seen


def test_act_6_sets_the_shared_numbers_aside_and_its_rollback_gives_them_back(
    live: psycopg.Connection,
) -> None:
    phones = "select phone from public.customers order by id"
    before = column(live, phones)
    run(live, *FINAL[len(BASELINE) :])
    held = "select c.email from public.customers c join public.customer_phone_conflicts f on f.kept_by = c.id"
    kept = {f"customer{n}@mail.example" for n in (23, 96, 188)}
    assert set(column(live, held)) == kept
    assert column(live, "select count(*) from public.customers where phone is null") == [12 + 4]
    run(live, rollback_of(SET_ASIDE))
    assert column(live, phones) == before


def test_a_number_that_was_told_since_survives_the_rollback_of_act_6(live: psycopg.Connection) -> None:
    run(live, *FINAL[len(BASELINE) :])
    live.execute("update public.customers set phone = '+99961000000' where email = 'customer57@mail.example'")
    run(live, rollback_of(SET_ASIDE))
    query = "select phone from public.customers where email ~ '^customer(57|131)@' order by phone"
    assert column(live, query) == ["+99960100851", "+99961000000"]
