import pytest

from orchestrator.cli.markdown import tell_markdown
from orchestrator.cli.output import Output


@pytest.fixture
def shown(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    def show(page: str) -> str:
        tell_markdown(Output(as_json=False), page)
        return capsys.readouterr().out

    return show


def test_prose_is_wrapped_however_it_is_broken_in_the_page(shown):
    told = shown("word " * 30 + "\nand\nmore")
    assert max(map(len, told.splitlines())) <= 80
    assert " ".join(told.split()) == "word " * 30 + "and more"


def test_code_is_indented_and_never_broken(shown):
    line = "select " + ", ".join(f"column_{number}" for number in range(20)) + ";"
    assert shown(f"So:\n\n```sql\n{line}\n\n  -- done\n```\n\nEnd.") == (
        f"So:\n\n    {line}\n\n      -- done\n\nEnd.\n"
    )


def test_indented_code_is_code_as_well(shown):
    assert shown("So:\n\n    -- rollback-of: 1\n    select 1;") == (
        "So:\n\n    -- rollback-of: 1\n    select 1;\n"
    )


def test_items_stand_on_lines_of_their_own_and_go_on_below_their_words(shown):
    first, second, third = shown("- one\n- " + "word " * 20 + "\n").splitlines()
    assert first == "- one"
    assert second.startswith("- word word")
    assert third.startswith("  word")


def test_headings_lose_their_marks_and_rows_of_tables_stay(shown):
    assert shown("## More\n\n| a | b |\n|---|---|\n| 1 | 2 |") == "More\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"


def test_a_hash_in_code_is_no_heading(shown):
    assert shown("```sh\n# a comment\n```") == "    # a comment\n"


def test_nothing_is_told_of_an_empty_page(shown):
    assert shown("") == ""
