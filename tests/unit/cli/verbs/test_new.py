import json
from pathlib import Path

import pytest

from orchestrator.authoring.template import NAMES
from orchestrator.cli import run


@pytest.fixture(autouse=True)
def checkout(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("supabase").mkdir()
    return tmp_path


def test_it_tells_what_was_written_and_what_is_next(capsys):
    assert run(["new", "create customer invoices table"]) == 0
    told = capsys.readouterr().out
    (migration,) = Path("supabase/migrations").iterdir()
    (rollback,) = Path("supabase/rollbacks").iterdir()
    assert "template table (what the description asks for" in told
    assert f"wrote {migration}\nwrote {rollback}\nwrote supabase/tests/create_customer_invoices" in told
    assert f"bascule validate {migration}\n" in told
    assert f"git add {migration} {rollback} supabase/tests/" in told


def test_with_json_the_paths_are_one_value(capsys):
    assert run(["new", "link products and tags", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["template"] == "junction"
    assert told["values"]["table"] == "products_tags"
    assert all(Path(told[part]).is_file() for part in ("migration", "rollback", "test"))


def test_a_path_with_a_space_is_quoted_where_it_is_to_be_typed(capsys):
    Path("my app/supabase").mkdir(parents=True)
    assert run(["new", "merge rows", "--in", "my app"]) == 0
    assert "bascule validate 'my app/supabase/migrations/" in capsys.readouterr().out


def test_where_no_template_was_recognised_the_likely_one_is_named(capsys):
    assert run(["new", "create invoices table with customer_id"]) == 0
    assert "template blank (no template was recognised; perhaps --template table)" in capsys.readouterr().out
    assert run(["new", "merge rows"]) == 0
    assert "template blank (no template was recognised; --list tells all)" in capsys.readouterr().out


def test_a_long_description_is_cut_in_the_names_of_the_files_and_that_is_told(capsys):
    assert run(["new", "merge rows " * 30]) == 0
    assert "longer than 60 letters" in capsys.readouterr().out
    assert run(["new", "merge rows"]) == 0
    assert "longer than" not in capsys.readouterr().out


def test_options_say_what_the_description_does_not(capsys):
    words = ["new", "remember verification", "--template", "add-column"]
    assert run([*words, "--table", "customers", "--column", "verified", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert "public.customers add column verified" in Path(told["migration"]).read_text()


def test_the_templates_are_listed_without_writing(capsys):
    assert run(["new", "--list"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert [line.split()[0] for line in lines] == [*NAMES]
    assert run(["new", "--list", "--json"]) == 0
    assert [one["name"] for one in json.loads(capsys.readouterr().out)] == [*NAMES]
    assert [*Path("supabase").iterdir()] == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["!?"], "description"),
        (["do this", "--template", "nope"], "template-unknown"),
        (["do this", "--template", "table"], "template-value"),
        (["do this", "--template", "junction", "--links", "one"], "template-value"),
        (["do this", "--template", "junction", "--links", "a,b,c"], "template-value"),
        (["do this", "--template", "junction", "--links", "a,B"], "template-value"),
        (["do this", "--in", "nowhere"], "no-migrations-folder"),
    ],
)
def test_what_is_wrong_is_told_with_its_code_and_nothing_is_written(words, code, capsys):
    assert run(["new", *words, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code
    assert [*Path("supabase").iterdir()] == []


def test_without_a_description_the_usage_is_told(capsys):
    assert run(["new"]) == 2
    assert "say what the migration does" in capsys.readouterr().err


def test_in_a_folder_without_supabase_the_option_is_named(capsys):
    Path("supabase").rmdir()
    assert run(["new", "do this"]) == 2
    told = capsys.readouterr().err
    assert "--in" in told
    assert "mkdir -p supabase/migrations" in told
