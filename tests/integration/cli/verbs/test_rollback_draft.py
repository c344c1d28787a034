import pytest

NOTES = """create table public.notes (id bigint primary key generated always as identity, owner uuid);
alter table public.notes enable row level security;
create index notes_owner on public.notes (owner);
"""
FIRST, SECOND = "20260101000000_notes.sql", "20260102000000_owner.sql"
DRAFT = "supabase/rollbacks/20260101000000_notes.sql"
LOSSY = "alter table public.notes drop column owner;"


@pytest.fixture
def notes(checkout):
    checkout.migration(FIRST, NOTES)
    return checkout


def test_a_draft_is_printed_below_the_path_where_it_belongs_and_nothing_is_written(notes):
    assert notes.run("rollback", "draft") == f"-- {DRAFT}\n\ndrop table public.notes;\n"
    assert not (notes.folder / DRAFT).exists()


def test_what_is_written_is_the_rollback_from_then_on(notes):
    assert notes.run("rollback", "draft", "--write") == f"written: {DRAFT}\n"
    assert (notes.folder / DRAFT).read_text() == "drop table public.notes;\n"
    assert notes.told("rehearse")["rollbacks"][0]["source"] == "file"
    assert (
        notes.run("rollback", "draft", "--write") == "nothing to draft: no migration is without a rollback\n"
    )


def test_a_lossy_draft_is_for_reading_and_never_written(notes):
    notes.migration(SECOND, LOSSY)
    told = notes.run("rollback", "draft", "--version", "20260102000000", code=1)
    assert "-- LOSSY, for reading only: it does not bring back the values of public.notes.owner\n" in told
    assert "alter table public.notes add column owner uuid" in told
    assert "drop table" not in told
    value = notes.told("rollback", "draft", "--write", code=1)
    assert [(each["verdict"], each["written"]) for each in value["drafts"]] == [
        ("proven", True),
        ("lossy", False),
    ]
    assert [each.name for each in (notes.folder / "supabase/rollbacks").iterdir()] == [FIRST]


def test_what_cannot_be_drafted_is_named_with_the_reason(notes):
    hidden = "do $$ begin execute 'insert into public.notes (owner) values (gen_random_uuid())'; end $$;"
    notes.migration(SECOND, hidden)
    value = notes.told("rollback", "draft", code=1)
    (draft,) = value["drafts"]
    assert draft == {
        "version": "20260101000000",
        "path": DRAFT,
        "verdict": "proven",
        "losses": [],
        "sql": "drop table public.notes;\n",
        "written": False,
    }
    (undrafted,) = value["undrafted"]
    assert (undrafted["version"], undrafted["file"]) == ("20260102000000", f"supabase/migrations/{SECOND}")
    assert "public.notes" in undrafted["why"]


def test_what_stands_in_the_place_of_a_draft_is_left_alone(notes):
    link = notes.folder / DRAFT
    link.parent.mkdir()
    link.symlink_to("elsewhere.sql")
    assert notes.told("rehearse", code=1)["findings"][0]["rule"] == "file-symlink"
    error = notes.told("rollback", "draft", "--write", code=2)["error"]
    assert error["code"] == "file-not-written"
    assert link.is_symlink()
    assert not (link.parent / "elsewhere.sql").exists()


def test_nothing_is_drafted_where_a_migration_does_not_apply(notes):
    notes.migration(SECOND, "alter table public.nowhere add column x int;")
    error = notes.told("rollback", "draft", code=1)["error"]
    assert error["code"] == "not-rehearsed"
    assert "public.nowhere" in error["message"]


def test_a_version_that_is_not_pending_is_told_with_those_that_are(notes):
    error = notes.told("rollback", "draft", "--version", "1", code=1)["error"]
    assert error["code"] == "version-unknown"
    assert "20260101000000" in error["remedy"]


def test_a_deployment_and_a_checkout_are_not_asked_for_at_once(notes):
    assert "is not about a checkout" in notes.run("rollback", "draft", "--deployment", "1", "--write", code=2)
