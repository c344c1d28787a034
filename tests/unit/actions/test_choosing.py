import os
from pathlib import Path

import pytest

from orchestrator.actions.choosing import Chosen, choose
from orchestrator.domain.errors import ConfigurationError


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(*paths: str, text: str = "select 1;") -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)


def chosen(*words: str, given: bytes = b"") -> Chosen:
    (one,) = choose(words, standard_input=lambda: given)
    return one


def paths(files) -> list[str]:
    return [file.path for file in files]


@pytest.fixture
def project():
    write("supabase/migrations/2_b.sql", "supabase/migrations/1_a.sql", "supabase/migrations/10_c.sql")
    write("supabase/migrations/notes.sql", "supabase/migrations/readme.md", "supabase/migrations/.#1_a.sql")
    write("supabase/rollbacks/1_a.sql", "supabase/rollbacks/2_b.down.sql")


WHOLE = [f"supabase/migrations/{name}" for name in ("1_a.sql", "10_c.sql", "2_b.sql")]


@pytest.mark.parametrize("words", [(), (".",), ("supabase",), ("supabase/migrations",), ("./supabase/",)])
def test_a_folder_is_judged_as_a_whole_in_the_order_of_its_versions(project, words):
    one = chosen(*words)
    assert paths(one.files) == WHOLE
    assert paths(one.rollbacks) == ["supabase/rollbacks/1_a.sql", "supabase/rollbacks/2_b.down.sql"]
    assert (one.home, one.whole, one.earlier) == (Path("supabase"), True, ())
    assert [file.path for file in one.tree.migrations] == [*WHOLE, "supabase/migrations/notes.sql"]


def test_a_folder_of_migrations_is_found_from_within(project, monkeypatch):
    monkeypatch.chdir("supabase/migrations")
    one = chosen(".")
    assert paths(one.files) == ["1_a.sql", "10_c.sql", "2_b.sql"]
    assert paths(one.rollbacks) == ["../rollbacks/1_a.sql", "../rollbacks/2_b.down.sql"]


def test_a_folder_of_another_name_that_holds_sql_is_one_of_migrations():
    write("db/1_a.sql", "db/2_b.sql")
    assert paths(chosen("db").files) == ["db/1_a.sql", "db/2_b.sql"]


def test_absolute_paths_below_the_current_directory_are_told_from_there(project, here):
    assert paths(chosen(str(here / "supabase")).files) == WHOLE


def test_one_file_is_judged_alone_after_its_elder_siblings_with_its_rollback(project):
    one = chosen("supabase/migrations/2_b.sql")
    assert paths(one.files) == ["supabase/migrations/2_b.sql"]
    assert paths(one.earlier) == ["supabase/migrations/1_a.sql", "supabase/migrations/10_c.sql"]
    assert paths(one.rollbacks) == ["supabase/rollbacks/2_b.down.sql"]
    assert not one.whole


def test_a_rollback_is_found_by_its_first_line():
    write("supabase/migrations/1_a.sql")
    write("supabase/rollbacks/9_undo.sql", text="-- rollback-of: 1\nselect 1;")
    assert paths(chosen("supabase/migrations/1_a.sql").rollbacks) == ["supabase/rollbacks/9_undo.sql"]


def test_files_of_one_folder_are_judged_one_after_the_other(project):
    one = chosen("supabase/migrations/2_b.sql", "supabase/migrations/1_a.sql", "supabase/migrations/1_a.sql")
    assert paths(one.files) == ["supabase/migrations/1_a.sql", "supabase/migrations/2_b.sql"]
    assert paths(one.earlier) == ["supabase/migrations/10_c.sql"]


def test_files_of_two_folders_are_judged_apart():
    write("a/1_a.sql", "b/1_b.sql")
    first, second = choose(["a/1_a.sql", "b/1_b.sql"], standard_input=bytes)
    assert (paths(first.files), paths(second.files)) == (["a/1_a.sql"], ["b/1_b.sql"])


@pytest.mark.parametrize("word", ["supabase/rollbacks", "supabase/rollbacks/1_a.sql"])
def test_rollbacks_are_no_migrations_when_they_are_named(project, word):
    one = chosen(word)
    assert (one.files, one.earlier, one.tree.migrations) == ((), (), ())
    assert "supabase/rollbacks/1_a.sql" in paths(one.rollbacks)


def test_standard_input_is_one_file_without_a_name_to_judge():
    one = chosen("-", given=b"select 1;")
    assert [(file.path, file.content) for file in one.files] == [("<stdin>", b"select 1;")]
    assert one.tree.migrations == ()


def test_an_elder_sibling_that_cannot_be_read_is_no_obstacle(project):
    Path("supabase/migrations/0_pipe.sql").mkdir()
    assert chosen("supabase/migrations/1_a.sql").earlier[0].content == b""


def refused(*words: str) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        choose(words, standard_input=bytes)
    return caught.value


def test_a_directory_without_migrations_is_told():
    Path("empty/migrations").mkdir(parents=True)
    for words in ((), (".",), ("empty",), ("empty/migrations",)):
        error = refused(*words)
        assert (error.code, error.exit_code) == ("no-migrations", 2)
        assert "holds migrations/" in error.remedy


def test_what_cannot_be_read_is_told_by_its_name():
    write("plain.sql")
    said = {"nowhere.sql": "No such file", "plain.sql/1_a.sql": "Not a directory"}
    for word, words in said.items():
        error = refused(word)
        assert (error.code, error.exit_code) == ("file-unreadable", 2)
        assert error.message.startswith(word)
        assert words in error.message
        assert error.remedy


@pytest.fixture
def secret(tmp_path_factory):
    path = tmp_path_factory.mktemp("elsewhere") / "passwd"
    path.write_text("root:x:0:0")
    return path


def test_a_link_a_folder_or_a_pipe_among_migrations_is_told_and_the_rest_is_judged(project, secret):
    folder = Path("supabase/migrations")
    (folder / "3_link.sql").symlink_to(secret)
    (folder / "4_loop.sql").symlink_to("4_loop.sql")
    (folder / "5_folder.sql").mkdir()
    os.mkfifo(folder / "6_pipe.sql")
    Path("supabase/rollbacks/3_link.sql").symlink_to(secret)
    one = chosen("supabase")
    assert paths(one.files) == WHOLE
    assert [(finding.rule, finding.file.rpartition("/")[2]) for finding in one.findings] == [
        ("file-symlink", "3_link.sql"),
        ("file-symlink", "4_loop.sql"),
        ("file-is-folder", "5_folder.sql"),
        ("file-kind", "6_pipe.sql"),
        ("file-symlink", "3_link.sql"),
    ]
    assert one.findings[0].message == "supabase/migrations/3_link.sql is a symbolic link and is not read"
    assert b"root" not in b"".join(file.content for file in (*one.files, *one.earlier, *one.rollbacks))


@pytest.mark.parametrize("name", ["3_link.sql", "loop.sql"])
def test_a_link_that_is_named_itself_is_refused_in_the_same_words(project, secret, name):
    Path("3_link.sql").symlink_to(secret)
    Path("loop.sql").symlink_to("loop.sql")
    one = chosen(name)
    assert (one.files, one.tree.migrations) == ((), ())
    assert [finding.message for finding in one.findings] == [f"{name} is a symbolic link and is not read"]


def test_an_elder_sibling_that_is_a_link_is_not_followed(project, secret):
    Path("supabase/migrations/0_link.sql").symlink_to(secret)
    assert chosen("supabase/migrations/1_a.sql").earlier[0].content == b""


@pytest.mark.parametrize("words", [(), (".",), ("supabase",)])
def test_a_folder_below_the_named_one_that_is_a_link_is_not_followed(project, words):
    Path("supabase/migrations").rename("elsewhere")
    Path("supabase/migrations").symlink_to("../elsewhere")
    one = chosen(*words)
    assert one.files == ()
    assert [finding.message for finding in one.findings] == [
        "supabase/migrations is a symbolic link, where a folder should be"
    ]


def test_a_folder_that_a_person_names_may_be_a_link(project):
    Path("link").symlink_to("supabase/migrations")
    assert paths(chosen("link").files) == [f"link/{Path(path).name}" for path in WHOLE]


def test_what_only_looks_like_a_migration_is_judged_by_its_name(project):
    write("supabase/migrations/3_UPPER.SQL", "supabase/migrations/.4_hidden.sql")
    one = chosen("supabase")
    assert paths(one.files) == WHOLE
    skipped = [file.name for file in one.tree.migrations][len(WHOLE) :]
    assert skipped == ["notes.sql", ".4_hidden.sql", "3_UPPER.SQL"]


def test_a_file_larger_than_any_commit_may_hold_is_not_read_to_its_end():
    with Path("1_big.sql").open("wb") as file:
        file.truncate(17 * 1024 * 1024)
    assert "has more than" in refused("1_big.sql").message


def test_a_name_that_is_no_text_is_shown_all_the_same():
    Path(os.fsdecode(b"1_\xff.sql")).write_text("select 1;")
    assert paths(chosen(os.fsdecode(b"1_\xff.sql")).files) == ["1_\ufffd.sql"]
