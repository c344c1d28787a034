from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.finding import Finding, Severity
from tests.support.checking import check_file

SQL = st.lists(
    st.sampled_from(
        [
            *(
                "select 1",
                "begin",
                "commit",
                "copy t from stdin",
                "vacuum",
                "\\restrict x\n",
                "\\",
                "é",
                "\n",
                ";",
                " ",
            ),
            *(
                "'",
                "$$",
                "/*",
                "*/",
                "--",
                "(",
                ")",
                "\0",
                "\ufeff",
                "create index concurrently i on t (a)",
                "\r\n",
            ),
        ]
    ),
    max_size=25,
).map(lambda pieces: "".join(pieces).encode())


def rules(content: bytes) -> list[tuple[str, Severity, int | None, int | None]]:
    return [
        (f.rule, f.severity, f.line, f.column) for f in check_file("supabase/migrations/1_a.sql", content)
    ]


def test_a_good_file_has_no_findings() -> None:
    assert check_file("supabase/migrations/1_a.sql", b"create table a (id int);\n") == ()


def test_a_byte_order_mark_and_windows_line_ends_are_only_noted() -> None:
    assert rules(b"\xef\xbb\xbfselect 1;\r\n") == [("file-encoding", Severity.NOTE, None, None)] * 2


def test_a_nul_character_is_reported_once_and_nothing_else_is() -> None:
    assert rules("\ufeffselect 'é\0';".encode()) == [("file-encoding", Severity.ERROR, 1, 10)]


def test_bytes_that_are_not_utf_8_are_reported_once_with_their_place() -> None:
    assert rules("select 1;\n-- Größe ".encode() + b"\xff") == [("file-encoding", Severity.ERROR, 2, 10)]


def test_a_file_in_utf_16_is_told_as_such_and_has_no_line_to_show() -> None:
    for codec in ("utf-16-le", "utf-16-be"):
        (finding,) = check_file("a.sql", "\ufeffselect 1;\n".encode(codec))
        assert (finding.message, finding.remedy, finding.line) == (
            "The file is UTF-16",
            "Save it as UTF-8",
            None,
        )


def test_an_encrypted_file_is_told_as_such() -> None:
    (finding,) = check_file("a.sql", b"\0GITCRYPT\0\x01\xff")
    assert "git-crypt" in finding.message


def test_a_wrapped_file_gets_a_note_and_no_more() -> None:
    assert rules(b"-- a\nbegin;\nselect 1;\nend;\n") == [("transaction-control", Severity.NOTE, 2, 1)]


def test_an_isolation_level_is_not_silently_lost() -> None:
    assert rules(b"begin isolation level serializable;select 1;commit;") == [
        ("transaction-control", Severity.ERROR, 1, 1),
        ("transaction-control", Severity.ERROR, 1, 45),
    ]


def test_data_of_a_copy_is_not_taken_for_sql() -> None:
    assert rules(b"copy t from stdin;\n1\tit's\n\\.\nselect form;\n") == [
        ("copy-from-stdin", Severity.ERROR, 1, 1)
    ]


def test_what_follows_a_psql_command_is_still_read() -> None:
    assert rules(b"\\set a 1\n\\set b 2\nselect from where;") == [
        ("psql-command", Severity.ERROR, 1, 1),
        ("psql-command", Severity.ERROR, 2, 1),
        ("syntax-error", Severity.ERROR, 3, 13),
    ]


def test_each_statement_with_a_mistake_is_reported() -> None:
    assert rules(b"selec 1;\nselect 2;\n\n  creat table a ();\n") == [
        ("syntax-error", Severity.ERROR, 1, 1),
        ("syntax-error", Severity.ERROR, 4, 3),
    ]


def test_an_unclosed_string_is_reported_where_it_opens() -> None:
    assert rules(b"select 1;\nselect 'a;\nselect 2;\n") == [("syntax-error", Severity.ERROR, 2, 8)]


@given(st.one_of(SQL, st.binary(), st.text().map(str.encode)))
def test_no_content_makes_a_rule_raise_and_every_place_lies_inside_the_file(content: bytes) -> None:
    lines = content.decode(errors="replace").removeprefix("\ufeff").split("\n")
    for finding in check_file("supabase/migrations/1_a.sql", content):
        assert_inside(finding, lines)


def assert_inside(finding: Finding, lines: list[str]) -> None:
    if finding.line is None or finding.column is None:
        return
    assert 1 <= finding.line <= len(lines)
    assert 1 <= finding.column <= len(lines[finding.line - 1]) + 1
