"""A ledger that comes back from a backup, by the very commands that the manual shows."""

import os
import re
import subprocess
from functools import partial
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from orchestrator.adapters.celery_queue import ADVANCE, make_app
from orchestrator.domain.deployment import DeploymentId, Stage, Status
from orchestrator.domain.errors import ConfigurationError
from orchestrator.embedded import programs
from tests.support.places import table
from tests.support.service import Service, eventually

MANUAL = Path(__file__).parents[3] / "docs/operations.md"


def shown(heading: str) -> str:
    """Return the first block of commands below a heading of the manual."""
    below = MANUAL.read_text().split(f"{heading}\n", 1)[1]
    found = re.search(r"```sh\n(.*?)```", below, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def clients() -> Path:
    """Programs of the server's own major version, as an operator has them on the path."""
    major = os.environ.get("BASCULE_TEST_POSTGRES")
    return Path(f"/usr/lib/postgresql/{major}/bin") if major else programs.client("pg_dump").parent


def carry_out(commands: str, url: str, clients: Path, folder: Path) -> None:
    parts = conninfo_to_dict(url)
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "dbname": "PGDATABASE",
        "password": "PGPASSWORD",
    }
    known = {names[key]: str(value) for key, value in parts.items() if key in names}
    subprocess.run(
        ["sh", "-euc", commands],
        cwd=folder,
        env={"PATH": f"{clients}:{os.environ['PATH']}", "HOME": str(folder), **known},
        check=True,
        timeout=60,
    )


def add(service: Service, version: str, name: str) -> None:
    service.work.write(f"supabase/migrations/{version}_{name}.sql", table(name))
    service.work.write(f"supabase/rollbacks/{version}_{name}.sql", f"drop table public.{name};\n")
    service.work.commit(f"Add {name}")
    service.work.push("origin", "staging")


def here(service: Service, code: int | None = 0):
    return service.told("deploy", "staging", "--here", code=code)


def versions(service: Service) -> list[str]:
    return [one["version"] for one in service.told("history", "staging")]


def test_a_ledger_from_yesterday_refuses_what_it_missed_until_it_is_adopted_again(
    service, empty_database, clients, tmp_path
):
    add(service, "20260101000000", "one")
    service.command("adopt", "staging", "--baseline", "0")
    assert here(service)["deployment"]["status"] == "succeeded"
    carry_out(shown("## Backups"), empty_database.url, clients, tmp_path)

    add(service, "20260102000000", "two")
    missed = here(service)["deployment"]
    assert (missed["id"], missed["status"]) == (2, "succeeded")
    service.house.close()
    carry_out(shown("### Restore"), empty_database.url, clients, tmp_path)
    assert service.newest().id == 1

    # nothing is rolled back of what was missed, nothing is applied, whatever is asked for
    add(service, "20260103000000", "three")
    refused = here(service, code=None)["deployment"]
    assert (refused["id"], refused["status"]) == (2, "failed")
    assert refused["failure"]["code"] == "ledger-behind"
    assert "bascule adopt staging" in refused["failure"]["remedy"]
    assert versions(service) == ["20260101000000", "20260102000000"]
    tools = service.house.tools
    allow = partial(tools.kept.allow_epoch, "staging")
    writing = tools.targets.writing("staging", ledger_id=tools.claims.ledger_id, allow=allow)
    with pytest.raises(ConfigurationError) as raised, writing:
        pytest.fail("it may write")
    assert raised.value.code == "ledger-behind"

    service.command("adopt", "staging")
    again = here(service)
    assert again["deployment"]["status"] == "succeeded"
    assert versions(service) == ["20260101000000", "20260102000000", "20260103000000"]
    assert "public.two" in service.command("drift", "staging", code=None)


def test_a_rollback_by_a_ledger_from_yesterday_touches_nothing(service, empty_database, clients, tmp_path):
    add(service, "20260101000000", "one")
    service.command("adopt", "staging", "--baseline", "0")
    here(service)
    carry_out(shown("## Backups"), empty_database.url, clients, tmp_path)
    add(service, "20260102000000", "two")
    here(service)
    service.house.close()
    carry_out(shown("### Restore"), empty_database.url, clients, tmp_path)

    service.start("relay", "worker")
    # the head that nobody pushed to this ledger is found by itself
    found = service.ended(service.work.head)
    assert found.failure is not None
    assert (found.status, found.failure.code) == (Status.FAILED, "ledger-behind")
    undo = service.told("rollback", "1", "--yes", code=None)["deployment"]
    assert (undo["status"], undo["failure"]["code"]) == ("stuck", "ledger-behind")
    assert versions(service) == ["20260101000000", "20260102000000"]


def test_a_target_that_nobody_wrote_to_since_the_backup_goes_on_as_ever(
    service, empty_database, clients, tmp_path
):
    add(service, "20260101000000", "one")
    service.command("adopt", "staging", "--baseline", "0")
    here(service)
    carry_out(shown("## Backups"), empty_database.url, clients, tmp_path)
    service.house.close()
    carry_out(shown("### Restore"), empty_database.url, clients, tmp_path)
    add(service, "20260102000000", "two")
    assert here(service)["deployment"]["status"] == "succeeded"


def test_a_wake_up_of_a_newer_relay_wakes_an_older_worker(service, valkey):
    add(service, "20260101000000", "one")
    service.command("adopt", "staging", "--baseline", "0")
    service.start("web", "worker")
    service.deliver(service.work.head)
    newest = service.newest()
    assert newest is not None
    assert newest.status is Status.WAITING
    make_app(valkey.url).send_task(
        ADVANCE, (newest.id, "of tomorrow"), {"of_tomorrow": 1}, ignore_result=True
    )
    number = DeploymentId(newest.id)
    eventually(lambda: Stage.CHECKOUT in service.runs(number), what="the first stage")
