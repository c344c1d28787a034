from pathlib import Path

import pytest

from orchestrator.actions.choosing import choose
from orchestrator.actions.reviewing import Report, review_files
from orchestrator.adapters.squawk import Squawk
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.finding import Severity, Verdict
from orchestrator.validation.rules import MARKS

LINTER = Squawk(MARKS)


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, newline="")


def reviewed(*words: str) -> Report:
    return review_files(choose(words, standard_input=bytes), linter=LINTER)


def told(report: Report, rule: str) -> list[tuple[str | None, int | None, int | None]]:
    return [(each.file, each.line, each.column) for each in report.findings if each.rule == rule]


def test_every_syntax_error_of_every_file_is_reported_with_its_place():
    write("supabase/migrations/20260101120000_a.sql", "create tabel a ();\nselect 1;\n  selec 2;\n")
    write("supabase/migrations/20260101120001_b.sql", "select (1;\n")
    write("supabase/rollbacks/20260101120000_a.sql", "\ndrop tabel a;\n")
    report = reviewed()
    assert report.verdict is Verdict.REFUSE
    assert told(report, "syntax-error") == [
        ("supabase/migrations/20260101120000_a.sql", 1, 8),
        ("supabase/migrations/20260101120000_a.sql", 3, 3),
        ("supabase/migrations/20260101120001_b.sql", 1, 10),
        ("supabase/rollbacks/20260101120000_a.sql", 2, 6),
    ]


def test_a_byte_order_mark_and_windows_line_ends_move_no_column():
    write("1_a.sql", "\ufeffselec 1;\r\nselect 1;\r\n selec 2;\r\n")
    assert told(reviewed("1_a.sql"), "syntax-error") == [("1_a.sql", 1, 1), ("1_a.sql", 3, 2)]


def test_what_an_elder_file_made_is_there_for_a_file_that_is_judged_alone():
    write("supabase/migrations/20260101120000_a.sql", "create table public.a (id int);")
    write("supabase/migrations/20260101120001_b.sql", "alter table public.a add primary key (id);")
    alone = reviewed("supabase/migrations/20260101120001_b.sql")
    assert {each.file for each in alone.findings} <= {"supabase/migrations/20260101120001_b.sql"}
    assert list(alone.files) == ["supabase/migrations/20260101120001_b.sql"]
    assert told(reviewed(), "primary-key-missing") == []


def test_an_index_on_a_table_of_an_elder_file_blocks_whether_that_is_judged_too_or_not():
    write("supabase/migrations/20260101120000_a.sql", "create table public.a (id int primary key);")
    write("supabase/migrations/20260101120001_b.sql", "create index on public.a (id);")
    place = ("supabase/migrations/20260101120001_b.sql", 1, 1)
    assert told(reviewed("supabase/migrations/20260101120001_b.sql"), "index-blocks-writes") == [place]
    assert told(reviewed(), "index-blocks-writes") == [place]


def test_a_whole_folder_is_judged_by_its_names_and_pairs():
    write("supabase/migrations/20260101120000_a.sql", "select 1;")
    write("supabase/migrations/20260101120000_b.sql", "select 1;")
    write("supabase/migrations/notes.sql", "selec 1;")
    write("supabase/rollbacks/7_x.sql", "select 1;")
    rules = {each.rule for each in reviewed().findings}
    assert rules >= {"duplicate-version", "file-name", "rollback-missing", "rollback-orphan"}
    assert "syntax-error" not in rules  # nobody applies notes.sql


def test_a_file_alone_is_judged_by_its_own_name_only():
    write("supabase/migrations/20260101120000_a.sql", "select 1;")
    write("supabase/migrations/20260101120000_a_rollback.sql", "select 1;")
    write("supabase/migrations/2026_b.sql", "select 1;")
    both = reviewed(
        "supabase/migrations/20260101120000_a_rollback.sql", "supabase/migrations/2026_b.sql"
    ).findings
    assert {each.rule for each in both} == {"file-name", "looks-like-rollback", "rollback-missing"}


def test_a_file_alone_misses_its_rollback_as_it_does_in_its_folder():
    write("supabase/migrations/20260101120000_a.sql", "select 1;")
    write("supabase/migrations/20260101120001_b.sql", "select 1;")
    write("supabase/rollbacks/20260101120000_a.sql", "select 1;")
    assert told(reviewed("supabase/migrations/20260101120000_a.sql"), "rollback-missing") == []
    missing = [("supabase/migrations/20260101120001_b.sql", None, None)]
    assert told(reviewed("supabase/migrations/20260101120001_b.sql"), "rollback-missing") == missing
    assert told(reviewed(), "rollback-missing") == missing


def test_of_a_file_alone_that_two_rollbacks_claim_it_is_not_told_that_it_has_none():
    write("supabase/migrations/20260101120000_a.sql", "select 1;")
    write("supabase/rollbacks/20260101120000_a.sql", "select 1;")
    write("supabase/rollbacks/20260101120000_a.down.sql", "select 1;")
    rules = {each.rule for each in reviewed("supabase/migrations/20260101120000_a.sql").findings}
    assert "rollback-ambiguous" in rules
    assert "rollback-missing" not in rules


def test_a_link_refuses_and_the_files_beside_it_are_judged():
    write("supabase/migrations/20260101120000_a.sql", "selec 1;")
    Path("supabase/migrations/20260101120001_b.sql").symlink_to("/etc/passwd")
    report = reviewed()
    assert report.verdict is Verdict.REFUSE
    assert len(told(report, "syntax-error")) == 1
    assert told(report, "file-symlink") == [("supabase/migrations/20260101120001_b.sql", None, None)]
    assert "supabase/migrations/20260101120001_b.sql" not in report.files


def test_upper_case_and_hidden_files_are_no_migrations_and_that_is_told():
    for name in ("20260101120000_a.sql", "20260101120001_UPPER.SQL", ".20260101120002_h.sql", ".#1_lock.sql"):
        write(f"supabase/migrations/{name}", "select 1;")
    skipped = {file for file, _, _ in told(reviewed(), "file-name") if file}
    names = (".20260101120002_h.sql", "20260101120001_UPPER.SQL")
    assert skipped == {f"supabase/migrations/{name}" for name in names}


def test_a_project_says_which_schemas_are_exposed():
    write("supabase/config.toml", "[api]\nschemas = 1\n")
    write("supabase/migrations/20260101120000_a.sql", "select 1;")
    with pytest.raises(ConfigurationError, match=r"config\.toml"):
        reviewed()


def test_binary_junk_is_a_finding_and_the_other_files_are_judged_all_the_same():
    write("supabase/migrations/20260101120001_b.sql", "selec 1;")
    Path("supabase/migrations/20260101120000_a.sql").write_bytes(bytes(range(256)) * 40)
    report = reviewed()
    assert told(report, "file-encoding") == [("supabase/migrations/20260101120000_a.sql", 2, 118)]
    assert len(told(report, "syntax-error")) == 1


def test_a_linter_that_is_missing_is_told_beside_everything_else():
    write("1_a.sql", "selec 1;")
    linter = Squawk(["ban-drop-column"], program=Path("/nonexistent/squawk"))
    report = review_files(choose(["1_a.sql"], standard_input=bytes), linter=linter)
    (missing,) = [each for each in report.findings if each.rule == "linter-missing"]
    assert (missing.severity, missing.file) == (Severity.WARNING, None)
    assert told(report, "syntax-error") == [("1_a.sql", 1, 1)]


def test_an_author_may_allow_what_a_name_tells():
    write("supabase/migrations/2026_a.sql", "-- bascule: allow file-name because it is old\nselect 1;")
    rules = {each.rule for each in reviewed("supabase/migrations/2026_a.sql").findings}
    assert not rules & {"file-name", "permission-unused", "permission-invalid"}
