import os
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.adapters.squawk import Squawk, reading
from orchestrator.domain.lint import Mark

DROPPED = "ban-drop-table"
PIECES = st.sampled_from(
    [
        "drop table t;",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\r",
        "\ufeff",
        "/* é */",
        "-- 😀\n",
        "select '€;', $$é$$;",
        "selec;\n",
    ]
)


def seen(squawk: Squawk, sql: str, *, server_major: int | None = None) -> list[tuple[str, int, int]]:
    marks = squawk.lint({"m/1_x.sql": sql}, server_major=server_major)
    return [(mark.name, mark.line, mark.column) for mark in marks]


def test_a_mark_says_what_where_and_in_squawks_own_words() -> None:
    assert Squawk([DROPPED]).lint({"m/1_x.sql": "select 1;\n  drop table t;\n"}) == (
        Mark(
            name=DROPPED,
            path="m/1_x.sql",
            line=2,
            column=3,
            message="Dropping a table may break existing clients.",
        ),
    )


def test_no_file_and_no_rule_have_no_marks() -> None:
    assert Squawk([DROPPED]).lint({}) == ()
    assert Squawk([]).lint({"1_x.sql": "drop table t;"}) == ()
    assert Squawk([DROPPED]).lint({"1_x.sql": "", "2_y.sql": "-- nothing"}) == ()


def test_only_the_rules_that_are_named_speak() -> None:
    sql = "create index i on t (a); drop table t; drop view v; alter table t add column a varchar(5);"
    assert seen(Squawk(["ban-drop-view"]), sql) == [("ban-drop-view", 1, 40)]
    assert seen(Squawk(["ban-add-column", DROPPED]), sql) == [(DROPPED, 1, 26), ("ban-add-column", 1, 67)]


def test_a_rule_that_is_loud_speaks_when_it_is_named() -> None:
    assert [name for name, *_ in seen(Squawk(["require-lock-timeout"]), "drop table t;")] == [
        "require-lock-timeout"
    ]


def test_a_file_counts_as_one_transaction() -> None:
    sql = "create table t (a text);\ncreate index on t (a);\ncreate index on u (a);\nbegin;\n"
    rules = ["require-concurrent-index-creation", "transaction-nesting"]
    assert seen(Squawk(rules), sql) == [(rules[0], 3, 1), (rules[1], 4, 1)]


def test_the_servers_version_decides() -> None:
    squawk = Squawk(["prefer-repack"])
    assert seen(squawk, "vacuum full t;", server_major=18) == []
    assert seen(squawk, "vacuum full t;", server_major=19) == [("prefer-repack", 1, 1)]


@pytest.mark.parametrize(
    ("sql", "line", "column"),
    [
        ("select 'é😀'; drop table t;", 1, 14),
        ("\ufeffdrop table t;", 1, 2),
        ("select 1;\r\n\tdrop table t;", 2, 2),
        ("select 1;\rdrop table t;", 1, 11),
        ("/* é\r😀\n */ drop table t;", 2, 5),
        ("-- é\n\n /* € */ drop table t;", 3, 10),
    ],
)
def test_a_place_is_counted_in_characters_of_the_text(sql: str, line: int, column: int) -> None:
    assert seen(Squawk([DROPPED]), sql) == [(DROPPED, line, column)]


@settings(max_examples=60)
@given(pieces=st.lists(PIECES, max_size=12))
def test_wherever_a_statement_stands_its_mark_is_there(pieces: list[str]) -> None:
    sql = "".join(pieces)
    lines = sql.split("\n")
    marked = [lines[line - 1][column - 1 :] for _, line, column in seen(Squawk([DROPPED]), sql)]
    assert all(text.startswith("drop table t;") for text in marked)
    if "selec;\n" not in pieces and "\ufeff" not in sql[1:]:
        assert len(marked) == pieces.count("drop table t;")


def test_each_mark_bears_the_path_of_its_file_in_the_order_of_the_files() -> None:
    files = {f"b/{number}.sql": "select 1;\n" * (number % 3) + "drop table t;" for number in range(60)}
    files["../etc/*.sql"] = "drop table u; drop table v;"
    marks = Squawk([DROPPED]).lint(files)
    assert [mark.path for mark in marks] == [*files, "../etc/*.sql"]
    assert [mark.line for mark in marks[:6]] == [1, 2, 3, 1, 2, 3]


def test_ten_thousand_files_are_read_in_one_run() -> None:
    files = {f"{number}_x.sql": "drop table t;" for number in range(10_000)}
    assert len(Squawk([DROPPED]).lint(files)) == 10_000


def test_one_unreadable_statement_does_not_hide_the_others() -> None:
    sql = "select substring(sha256(a) from 1 for 16);\nselec é; drop table t;\nselec 2;\ndrop table u;\n"
    assert seen(Squawk([DROPPED]), sql) == [(DROPPED, 2, 10), (DROPPED, 4, 1)]
    both = Squawk([DROPPED]).lint({"1.sql": sql, "2.sql": "drop table t;", "3.sql": sql})
    assert [mark.path for mark in both] == ["1.sql", "1.sql", "2.sql", "3.sql", "3.sql"]


def test_data_of_a_copy_do_not_hide_the_statements_before_them() -> None:
    assert seen(Squawk([DROPPED]), "drop table t;\ncopy u from stdin;\n1\t2\n\\.\n") == [(DROPPED, 1, 1)]


def test_syntax_errors_are_no_marks() -> None:
    assert seen(Squawk([DROPPED]), "this is no SQL\n") == []


def test_no_settings_of_a_folder_above_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".squawk.toml").write_text('excluded_rules = ["ban-drop-table"]\nexcluded_paths = ["*"]\n')
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(tmp_path)
    sql = "drop table t;"
    assert seen(Squawk([DROPPED]), sql) == [(DROPPED, 1, 1)]
    assert len(Squawk([DROPPED]).lint({"1.sql": sql, "2.sql": sql})) == 2
    assert [path.name for path in tmp_path.iterdir()] == [".squawk.toml"]


@pytest.mark.parametrize("memory", ["gone", "full", "roomy"])
def test_the_files_need_no_room_in_memory(
    memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(reading, "_MEMORY", tmp_path / "gone" if memory == "gone" else tmp_path)
    monkeypatch.setattr(reading, "_SHARE", 1.0 if memory == "roomy" else 0.0)
    assert len(Squawk([DROPPED]).lint({"1.sql": "drop table t;", "2.sql": "drop table t;"})) == 2
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_in_memory_goes_after_an_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(reading, "_MEMORY", tmp_path)
    for name, minutes in (("bascule-squawk-old", 61), ("bascule-squawk-young", 59), ("another", 61)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "0.sql").touch()
        then = time.time() - minutes * 60
        os.utime(tmp_path / name, (then, then))
    Squawk([DROPPED]).lint({"1.sql": "drop table t;", "2.sql": "drop table t;"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["another", "bascule-squawk-young"]
