from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.actions.writing import home_of, shape_after, version_for, write_all, write_new
from orchestrator.authoring.template import named
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.shape import Name
from orchestrator.validation.rename import moment_of
from orchestrator.validation.sql_text import SqlText

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def new(folder, description="do this", template="blank"):
    return write_new(description, named(template), {}, folder=folder, now=NOW)


@pytest.mark.parametrize(
    ("newest", "version"),
    [
        ("", "20261122120000"),
        ("20261122115959", "20261122120000"),
        ("20261122", "20261122120000"),
        ("20261122120000", "20261122120001"),
        ("20991231235959", "21000101000000"),
        ("20991231", "20991231000000"),
        ("2099", "20990101000000"),
        ("9", "90000101000000"),
        ("20991", "20991101000000"),
        ("20260525240000", "20261122120000"),
        ("20991301000000", "20991301000001"),
        ("202611221200009", "202611221200010"),
    ],
)
def test_a_version_is_this_moment_or_later_than_the_newest_file(newest, version):
    assert version_for([newest, "10", "20250101000000"], NOW) == version
    assert version > newest


@given(st.lists(st.from_regex(r"[0-9]{1,20}", fullmatch=True)))
def test_a_version_is_later_as_text_than_any_other(existing):
    version = version_for(existing, NOW)
    assert all(version > other for other in existing)
    assert version.isdigit()
    if all(other < "20261122120000" for other in existing):
        assert moment_of(version) == NOW.replace(tzinfo=None)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("there", "named", "home"),
    [
        ("supabase", None, "supabase"),
        ("supabase/migrations", ".", "supabase"),
        ("supabase", ".", "supabase"),
        ("supabase", "supabase", "supabase"),
        ("supabase/migrations", "supabase/migrations", "supabase"),
        ("apps/db/supabase/migrations", "apps/db/supabase", "apps/db/supabase"),
        ("apps/db/supabase/migrations", "apps/db", "apps/db/supabase"),
        ("db/migrations", "db", "db"),
    ],
)
def test_the_folder_is_found(there, named, home, checkout):
    Path(there).mkdir(parents=True)
    assert home_of(Path(named) if named else None) == Path(home)


def test_of_two_folders_that_fit_the_one_of_the_supabase_cli_is_taken(checkout):
    Path("migrations").mkdir()
    Path("supabase/migrations").mkdir(parents=True)
    assert home_of(Path()) == Path("supabase")


@pytest.mark.parametrize("inside", ["supabase", "supabase/migrations"])
def test_from_inside_a_dot_is_enough(inside, checkout, monkeypatch):
    Path("supabase/migrations").mkdir(parents=True)
    monkeypatch.chdir(checkout / inside)
    assert home_of(Path()).resolve() == checkout / "supabase"


@pytest.mark.parametrize("folder", [None, ".", "nowhere", "file", "x" * 300])
def test_a_folder_without_migrations_is_refused_with_the_option(folder, checkout):
    Path("file").touch()
    with pytest.raises(ConfigurationError) as refused:
        home_of(Path(folder) if folder else None)
    assert refused.value.code == "no-migrations-folder"
    assert "--in" in refused.value.remedy


def test_three_files_are_written_and_told(checkout):
    Path("supabase").mkdir()
    _, paths = new(None)
    assert paths == (
        Path("supabase/migrations/20261122120000_do_this.sql"),
        Path("supabase/rollbacks/20261122120000_do_this.sql"),
        Path("supabase/tests/do_this_test.sql"),
    )
    assert all(path.read_text() for path in paths)


def test_a_second_one_in_the_same_second_is_later(checkout):
    Path("supabase").mkdir()
    new(None)
    _, paths = new(None, "do that")
    assert paths[0].name == "20261122120001_do_that.sql"


def test_what_the_supabase_cli_skips_is_no_version(checkout):
    Path("supabase/migrations/20991231000000_folder.d").mkdir(parents=True)
    Path("supabase/migrations/99991231000000.sql").touch()
    _, paths = new(None)
    assert paths[0].name == "20261122120000_do_this.sql"


def test_a_file_is_never_overwritten_and_then_none_is_left(checkout):
    Path("supabase/tests").mkdir(parents=True)
    there = Path("supabase/tests/do_this_test.sql")
    there.write_text("mine")
    with pytest.raises(ConfigurationError) as refused:
        new(None)
    assert refused.value.code == "file-not-written"
    assert str(there) in refused.value.message
    assert "other words" in refused.value.remedy
    assert there.read_text() == "mine"
    assert [path for path in Path("supabase").rglob("*") if path != there] == [there.parent]


def test_where_a_folder_cannot_be_made_none_is_left(checkout):
    Path("supabase").mkdir()
    Path("supabase/rollbacks").write_text("a file")
    with pytest.raises(ConfigurationError):
        new(None)
    assert [*Path("supabase").rglob("*")] == [Path("supabase/rollbacks")]


def test_a_dangling_link_is_not_written_through(checkout):
    Path("supabase/tests").mkdir(parents=True)
    Path("supabase/tests/do_this_test.sql").symlink_to("/nowhere/at/all")
    with pytest.raises(ConfigurationError):
        new(None)
    assert not Path("supabase/migrations").exists()


def test_what_was_written_before_a_stop_is_taken_back(checkout):
    class Stopped(dict):
        def items(self):
            yield Path("a/first.sql"), "select 1"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_all(Stopped())
    assert [*Path().iterdir()] == []


def test_the_shape_after_migrations_has_what_they_left():
    scripts = [
        "create schema private; create function private.a() returns trigger language plpgsql as ''",
        "create function b() returns int language sql as 'select 1'; drop function private.a()",
        "create schema gone; drop schema gone; this is no sql; create function c() returns int as ''",
    ]
    shape = shape_after(SqlText(path="", content=script.encode()) for script in scripts)
    assert shape.schemas == {"private"}
    left = {name for name, functions in shape.functions.items() if functions}
    assert left == {Name("public", "b"), Name("public", "c")}


def test_helpers_of_earlier_files_are_used_whatever_else_lies_there(checkout):
    folder = Path("supabase/migrations")
    folder.mkdir(parents=True)
    (folder / "1_helpers.sql").write_bytes(
        b"\xef\xbb\xbfcreate schema private;\r\ncreate function private.set_updated_at() returns trigger"
        b" language plpgsql as 'begin return new; end';\r\n"
    )
    (folder / "2_broken.sql").write_text("create tabel")
    (folder / "3_latin.sql").write_bytes(b"select '\xe4'")
    (folder / "4_folder.sql").mkdir()
    (folder / "5_gone.sql").symlink_to("/nowhere")
    (folder / "6_deep.sql").write_text("select " + "(" * 200_000 + "1" + ")" * 200_000 + "; -- private")
    written, _ = new(None, "create orders table", "table")
    assert "execute function private.set_updated_at()" in written.migration
