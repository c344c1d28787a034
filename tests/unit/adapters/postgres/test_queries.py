from pathlib import Path

import pytest

from orchestrator.adapters.postgres import queries

SQL = Path(queries.__file__).parent / "sql"


def _load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> dict[str, str]:
    (tmp_path / "some.sql").write_text(text, encoding="utf-8")
    monkeypatch.setattr(queries.resources, "files", lambda _package: tmp_path)
    return dict(queries.load.__wrapped__("some.sql"))


def test_a_query_is_found_by_its_name_without_its_comment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "-- about the file\n\n-- name: first\n-- what 100% of it is for\nselect 1;\n"
        "\n-- name: second\nselect 2\n"
    )
    assert _load(tmp_path, monkeypatch, text) == {"first": "select 1", "second": "select 2"}


def test_a_query_keeps_several_statements_and_inner_comments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "-- name: all\ncreate table t ();\n-- why\ncreate table u ();\n"
    assert _load(tmp_path, monkeypatch, text) == {"all": "create table t ();\n-- why\ncreate table u ()"}


@pytest.mark.parametrize("text", ["-- name: a\n", "-- name: a\nselect 1;\n-- name: a\nselect 2;\n"])
def test_a_name_without_sql_or_twice_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    with pytest.raises(ValueError, match="stands twice or is empty"):
        _load(tmp_path, monkeypatch, text)


def test_every_file_of_named_queries_of_a_target_can_be_read() -> None:
    for path in sorted((SQL / "target").glob("*.sql")):
        assert queries.load(str(path.relative_to(SQL.parent))), path
