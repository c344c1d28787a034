"""What a rehearsal drafted for a deployment can be printed afterwards, without any checkout."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.embedded import scratch
from tests.support.folders import a_folder
from tests.support.servers import TestDatabase
from tests.support.service import Service
from tests.support.service import service as a_service

NOTES = (
    "create table public.notes (id int primary key);\nalter table public.notes enable row level security;\n"
)
PATH = "supabase/rollbacks/20260101000000_notes.sql"


@pytest.fixture
def state() -> Iterator[Path]:
    """A state directory that the scratch server's user can reach."""
    with a_folder("tests") as folder:
        yield folder
        scratch.release_all()


@pytest.fixture
def service(
    tmp_path: Path, state: Path, empty_database: TestDatabase, target_database: TestDatabase, valkey
) -> Iterator[Service]:
    with a_service(
        tmp_path,
        control_url=empty_database.url,
        broker_url=valkey.url,
        staging_url=target_database.url,
        rehearse=True,
        state=state,
    ) as it:
        it.work.write("supabase/migrations/20260101000000_notes.sql", NOTES)
        it.work.commit("Add notes")
        it.work.push("origin", "staging")
        it.command("adopt", "staging")
        yield it


def test_the_drafts_of_a_deployment_are_printed_as_the_ledger_kept_them(service):
    ended = service.told("deploy", "staging", "--here")["deployment"]["id"]
    told = service.command("rollback", "draft", "--deployment", str(ended))
    assert told == f"-- {PATH}\n\ndrop table public.notes;\n"
    (draft,) = service.told("rollback", "draft", "--deployment", str(ended))["drafts"]
    assert (draft["path"], draft["verdict"], draft["written"]) == (PATH, "proven", False)
    unknown = service.told("rollback", "draft", "--deployment", "999", code=1)["error"]
    assert unknown["code"] == "deployment-unknown"


def test_a_deployment_that_was_not_rehearsed_has_no_drafts(service):
    settings = service.settings.read_text()
    service.settings.write_text(settings.replace("rehearse = true", "rehearse = false"))
    ended = service.told("deploy", "staging", "--here")["deployment"]["id"]
    error = service.told("rollback", "draft", "--deployment", str(ended), code=1)["error"]
    assert error["code"] == "not-rehearsed"
    assert "was not rehearsed" in error["message"]


def test_a_rollback_by_number_is_what_it_was(service):
    ended = service.told("deploy", "staging", "--here")["deployment"]["id"]
    assert "undo 20260101000000 notes with a drafted rollback (proven)" in service.command(
        "rollback", str(ended), "--dry-run"
    )
