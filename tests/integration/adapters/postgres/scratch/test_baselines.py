"""A target's schema as SQL for a checkout: what it makes of an empty project is the target."""

import base64
import json

import psycopg
import pytest

from orchestrator.adapters.postgres.scratch import dump_program
from orchestrator.adapters.postgres.scratch.baselines import WholeBaselines
from orchestrator.adapters.postgres.scratch.copies import Copies
from orchestrator.adapters.postgres.scratch.likeness import facts_as
from orchestrator.adapters.postgres.scratch.scratch import PostgresScratch
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.domain.facts import difference
from orchestrator.domain.rehearsal import CannotCopy
from orchestrator.embedded import databases
from orchestrator.embedded import scratch as scratch_server
from orchestrator.embedded.postgres import SUPERUSER
from tests.integration.adapters.postgres.scratch.conftest import WHEEL
from tests.integration.adapters.postgres.scratch.test_copies import HUNG_UP, NEW_DEFAULTS
from tests.support.folders import a_folder

#: before it nobody on a scratch server makes roles but its superuser
CREATEROLE_IS_BOUNDED = 16
#: a trigger as the dashboard makes one for a webhook, with the key that may do everything
WEBHOOK = """
create table public.sent (id int);
create function public.send() returns trigger language plpgsql as 'begin return new; end';
create trigger hook after insert on public.sent for each row execute function public.send('Bearer {key}');
"""


def whole(server, address):
    scratch = PostgresScratch(lambda _: server, (), lambda on: Copies(on, pg_dump_of_wheel=WHEEL))
    return WholeBaselines(scratch, lambda _: server, [address], pg_dump_of_wheel=WHEEL)


@pytest.fixture
def written(server, postgres, address):
    """Write the target down; what is built of it on the way is dropped."""
    yield lambda facts, at=address: whole(server, at).baseline_of(at.name, facts)
    with psycopg.connect(postgres.url("postgres", SUPERUSER), autocommit=True) as connection:
        built = connection.execute("select datname from pg_database where datname ~ '^built_|^baseline_'")
        for (name,) in built.fetchall():
            databases.drop_database(postgres, name)


@pytest.fixture
def another_server(postgres):
    """A scratch server of its own, as a checkout's check has it."""
    with a_folder("tests") as folder:
        yield scratch_server.acquire(folder, major=int(postgres.programs.postgres_major))
        scratch_server.release_all()


@pytest.mark.parametrize("defaults", ["", NEW_DEFAULTS], ids=["old defaults", "new defaults"])
def test_what_it_makes_of_an_empty_project_is_the_target(
    written, db, facts_of, *, second_target_database, telecom, defaults
):
    db.execute(HUNG_UP)
    if defaults:
        db.execute(defaults)
    baseline = written(facts_of())
    assert (baseline.lacking, baseline.secret, baseline.platform) == ((), (), 0)
    assert "insert into public." not in baseline.sql.lower()
    with psycopg.connect(second_target_database.url, autocommit=True) as project:
        project.execute(baseline.sql)
        assert difference(facts_of().all, facts_as(project, "postgres").all) == ()


def test_nothing_in_which_a_secret_seems_to_stand_is_written(written, db, facts_of):
    claims = base64.urlsafe_b64encode(json.dumps({"role": "service_role"}).encode()).decode().rstrip("=")
    key = f"eyJhbGciOiJIUzI1NiJ9.{claims}.c2lnbmF0dXJl"
    db.execute(WEBHOOK.format(key=key))
    baseline = written(facts_of())
    assert claims not in baseline.sql
    assert 'CREATE TRIGGER "hook"' in baseline.secret
    assert key not in "".join(baseline.secret)
    assert [(each.kind, each.identity) for each in baseline.lacking] == [("trigger", "public.sent.hook")]


def test_a_role_that_a_new_server_does_not_have_is_made_or_what_names_it_is_told(
    db, superuser, facts_of, *, address, another_server
):
    superuser.execute("create role reporting nologin bypassrls; grant reporting to postgres")
    try:
        db.execute(
            "create table public.numbers (id int); alter table public.numbers enable row level security;"
            "create policy see on public.numbers for select to reporting using (true);"
            "grant select on public.numbers to anon; grant create on schema public to reporting;"
            "alter table public.numbers owner to reporting"
        )
        baseline = whole(another_server, address).baseline_of("staging", facts_of())
    finally:
        superuser.execute("drop owned by reporting; drop role reporting")
    if another_server.major >= CREATEROLE_IS_BOUNDED:
        assert 'create role "reporting" nologin' in baseline.sql
        assert baseline.lacking == ()
    else:
        assert "reporting" not in baseline.sql
        assert ("policy", "public.numbers.see") in [(each.kind, each.identity) for each in baseline.lacking]


def test_what_cannot_be_made_there_is_told_and_the_rest_is_written(written, db, superuser, facts_of):
    db.execute("create table public.notes (id int)")
    superuser.execute(
        "create function public.told() returns event_trigger language plpgsql as 'begin end';"
        "alter function public.told() owner to postgres;"
        "create event trigger watch on ddl_command_end execute function public.told();"
        "create role watcher superuser; alter event trigger watch owner to watcher"
    )
    try:
        baseline = written(facts_of())
    finally:
        superuser.execute("drop event trigger watch; drop role watcher")
    assert [(each.kind, each.identity) for each in baseline.lacking] == [("event trigger", "watch")]
    assert "CREATE TABLE" in baseline.sql
    assert "event trigger" not in baseline.sql.lower()


def test_a_database_of_nobodys_platform_is_written_for_who_runs_migrations_in_a_check(written, plain_target):
    with psycopg.connect(plain_target.url, autocommit=True) as shop:
        shop.execute(
            "create schema store; create table store.items (id int primary key, price numeric);"
            "create view store.cheap as select id from store.items where price < 5;"
            "grant select on store.items to public"
        )
    baseline = written(plain_target.facts(), TargetAddress(name="shop", url=plain_target.url))
    assert [each for each in baseline.lacking if each.before is not None] == []
    assert plain_target.role not in baseline.sql


def test_a_target_that_cannot_be_dumped_says_why(written, facts_of, monkeypatch):
    monkeypatch.setattr(dump_program, "_major", lambda _: 9)
    with pytest.raises(CannotCopy, match="pg_dump 9 cannot read PostgreSQL"):
        written(facts_of())
