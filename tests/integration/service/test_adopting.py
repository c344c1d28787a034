"""Live projects come under care: without anything in git, and from a ledger that is lost."""

import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from orchestrator.domain.deployment import Status
from orchestrator.embedded import databases
from orchestrator.embedded.postgres import SUPERUSER
from tests.support.folders import a_folder
from tests.support.places import table
from tests.support.servers import TestDatabase
from tests.support.service import service as a_service

EXAMPLE = Path(__file__).parents[3] / "examples/telecom"
HUNG_UP = """
create function public.new_user() returns trigger language plpgsql security definer
    set search_path = '' as $$ begin return new; end $$;
create trigger on_auth_user_created after insert on auth.users
    for each row execute function public.new_user();
create policy "own files" on storage.objects for select to authenticated using (owner = (select auth.uid()));
alter publication supabase_realtime add table public.customers;
"""
ON_TOP = "alter table public.customers add column nickname text;\n"
BACK = "alter table public.customers drop column nickname;\n"


@pytest.fixture
def reachable():
    """A state directory that the scratch server's user can reach."""
    with a_folder("tests") as folder:
        yield folder


@pytest.fixture
def live(tmp_path, reachable, empty_database, target_database, valkey):
    """The service of a project whose tables were all made by hand."""
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        for file in sorted((EXAMPLE / "baseline/supabase/migrations").glob("*.sql")):
            connection.execute(file.read_bytes())
        connection.execute((EXAMPLE / "rows.sql").read_bytes())
        connection.execute(HUNG_UP)
    with a_service(
        tmp_path,
        control_url=empty_database.url,
        broker_url=valkey.url,
        staging_url=target_database.url,
        state=reachable / "state",
    ) as it:
        it.work.write("README.md", "nothing yet")
        it.work.commit("Begin")
        it.work.push("origin", "staging")
        yield it


@pytest.fixture
def second_empty_database(postgres):
    """For another ledger."""
    databases.create_control_database(postgres, "second_ledger")
    yield TestDatabase(
        name="second_ledger",
        url=postgres.url("second_ledger", databases.CONTROL),
        superuser_url=postgres.url("second_ledger", SUPERUSER),
    )
    databases.drop_database(postgres, "second_ledger")


def in_checkout(service, *words, environment=None):
    """Run a command as a person does who stands in the checkout."""
    return subprocess.run(
        [sys.executable, "-m", "orchestrator", *words],
        cwd=service.work.work,
        env={**service.environment, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_project_without_anything_in_git_is_written_down_and_checked_from_then_on(
    live, target_database, reachable
):
    told = live.command("adopt", "staging", "--dry-run")
    assert "bascule adopt staging --write-baseline" in told
    (live.work.work / "supabase").mkdir()
    done = in_checkout(live, "adopt", "staging", "--write-baseline", "--json")
    assert done.returncode == 0, done.stderr
    value = json.loads(done.stdout)
    assert (value["adopted"], value["unwritten"]) == (True, True)
    assert value["baseline"] == {"path": "supabase/baseline.sql", "without": []}
    file = live.work.work / "supabase/baseline.sql"
    assert [path.name for path in file.parent.iterdir()] == ["baseline.sql"]
    text = file.read_text()
    assert "INSERT INTO" not in text
    assert "restrict" not in text
    assert not list((reachable / "state").glob("baseline-*"))

    live.work.write("supabase/migrations/20260101000000_nickname.sql", ON_TOP)
    live.work.write(
        "supabase/rollbacks/20260101000000_nickname.sql",
        "alter table public.customers drop column nickname;\n",
    )
    checked = in_checkout(live, "check", "--json", environment={"BASCULE_STATE": str(reachable / "check")})
    value = json.loads(checked.stdout)
    assert (value["verdict"], checked.returncode) == ("pass", 0), value["findings"]
    assert [proof["verdict"] for proof in value["rollbacks"]] == ["proven"]

    live.work.commit("Write the baseline down")
    live.work.push("origin", "staging")
    again = live.told("adopt", "staging", "--baseline", "0")
    assert again["unwritten"] is False


def test_a_file_that_is_there_is_never_written_over_and_nothing_is_adopted_then(live):
    file = live.work.work / "mine.sql"
    file.write_text("-- mine")
    done = in_checkout(live, "adopt", "staging", "mine.sql", "--write-baseline")
    assert (done.returncode, "mine.sql cannot be written" in done.stderr) == (2, True), done.stderr
    assert file.read_text() == "-- mine"
    assert live.house.reading.targets() == ()
    assert in_checkout(live, "adopt", "staging", "other.sql").returncode == 2


def add(service, version, name, up, down="select 1;\n"):
    service.work.write(f"supabase/migrations/{version}_{name}.sql", up)
    service.work.write(f"supabase/rollbacks/{version}_{name}.sql", down)
    service.work.commit(f"Add {name}")
    service.work.push("origin", "staging")


def deployed(service):
    service.command("deploy", "staging", "--here")
    newest = service.newest()
    assert newest is not None
    return newest


@pytest.fixture
def lost(service, target_database):
    """A target whose first version others applied, and the second the ledger that is about to be lost."""
    add(service, "20260101000000", "one", table("one"), "drop table public.one;\n")
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute(table("one"))
    service.command("adopt", "staging", "--baseline", "20260101000000")
    add(service, "20260102000000", "two", table("two"), "drop table public.two;\n")
    assert deployed(service).status is Status.SUCCEEDED
    return service


def test_a_ledger_that_is_lost_is_taken_over_from_with_all_that_the_target_knows(
    lost, tmp_path, second_empty_database, target_database, valkey
):
    (tmp_path / "new").mkdir()
    with a_service(
        tmp_path / "new",
        control_url=second_empty_database.url,
        broker_url=valkey.url,
        staging_url=target_database.url,
    ) as new:
        add(new, "20260101000000", "one", table("one"), "drop table public.one;\n")
        add(new, "20260102000000", "two", table("two"), "drop table public.two;\n")
        refused = new.told("adopt", "staging", code=2)["error"]
        assert (refused["code"], "--take-over" in refused["remedy"]) == ("adopted-by-another", True)
        told = new.command("adopt", "staging", "--take-over", "--dry-run")
        assert "1 of the history applied by Bascule, 1 by others" in told
        assert new.told("adopt", "staging", code=2)["error"]["code"] == "adopted-by-another"
        taken = new.told("adopt", "staging", "--take-over")
        assert taken["took_over_from"] == lost.house.claims.ledger_id
        assert taken["state"]["ours"] == ["20260102000000"]
        assert [one["version"] for one in taken["state"]["history"]] == ["20260101000000", "20260102000000"]
        assert (taken["plan"]["to_record"], taken["plan"]["pending"]) == ([], [])
        assert new.told("drift", "staging")["changes"] == []  # its facts are on record

        add(lost, "20260103000000", "three", table("three"))
        lost.command("deploy", "staging", "--here", code=None)
        assert lost.newest().status is not Status.SUCCEEDED
        add(new, "20260103000000", "three", table("three"), "drop table public.three;\n")
        assert deployed(new).status is Status.SUCCEEDED
        new.start("relay", "worker")
        number = str(new.newest().id)
        assert new.told("rollback", number, "-y")["deployment"]["status"] == "rolled_back"
        assert [one["version"] for one in new.told("history", "staging")] == [
            "20260101000000",
            "20260102000000",
        ]


def test_another_database_under_an_adopted_name_is_begun_with_anew(service, target_database):
    """A project that was paused comes back elsewhere; what the first one held is no drift of the second."""
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute(table("of_the_first"))
    add(service, "20260101000000", "later", table("later"), "drop table public.later;\n")
    service.command("adopt", "staging", "--baseline", "0")
    assert service.told("drift", "staging")["drifted"] is False
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        # as every other database is: without our fence, and with other tables
        connection.execute("drop schema supabase_migrations cascade")
        connection.execute("drop table public.of_the_first")
        connection.execute(table("of_the_second"))
    assert "is forgotten" in service.command("adopt", "staging", "--baseline", "0", "--dry-run")
    assert service.told("drift", "staging", code=1)["drifted"] is True  # nothing was written yet
    assert service.told("adopt", "staging", "--baseline", "0")["starts_anew"] is True
    assert service.told("drift", "staging")["changes"] == []
    assert service.told("adopt", "staging", "--baseline", "0")["starts_anew"] is False
