import pytest

from orchestrator.actions.project_settings import terms_of
from orchestrator.domain.errors import ConfigurationError
from orchestrator.validation.terms import Terms


def test_without_a_file_everything_is_as_usual(tmp_path):
    assert terms_of(None) == terms_of(tmp_path) == Terms()


def test_the_file_of_the_supabase_cli_tells_schemas_version_and_grants(tmp_path):
    tmp_path.joinpath("config.toml").write_text(
        '[api]\nschemas = ["public", "api"]\nauto_expose_new_tables = false\n[db]\nmajor_version = 15\n'
    )
    assert terms_of(tmp_path) == Terms(
        exposed_schemas=("public", "api"), server_major=15, grants_new_tables=False
    )


def test_what_it_does_not_say_is_as_usual(tmp_path):
    tmp_path.joinpath("config.toml").write_text('project_id = "shop"\napi = 1\n')
    assert terms_of(tmp_path) == Terms()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[api]\nschemas = x", "line 2, column 11"),
        ('[api]\nschemas = "public"\n', "api.schemas is not a list of names"),
        ("[api]\nschemas = [1]\n", "api.schemas is not a list of names"),
        ("[api]\nauto_expose_new_tables = 1\n", "api.auto_expose_new_tables is not true or false"),
        ("[db]\nmajor_version = true\n", "db.major_version is not a number"),
        ("a = '\xff'", "byte 6 is not UTF-8"),
        ("[" * 5000, "config.toml"),
    ],
)
def test_what_cannot_be_understood_names_file_and_place(tmp_path, text, told):
    tmp_path.joinpath("config.toml").write_text(text, encoding="latin-1")
    with pytest.raises(ConfigurationError) as caught:
        terms_of(tmp_path)
    assert told in caught.value.message
    assert "config.toml" in caught.value.message
    assert caught.value.remedy
