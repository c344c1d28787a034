"""The example settings of a deployment are settings that the product accepts."""

from pathlib import Path

from orchestrator.settings import load

DEPLOY = Path(__file__).parents[3] / "deploy"


def variables(name: str) -> dict[str, str]:
    lines = (DEPLOY / name).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_example_is_valid_with_the_variables_that_stand_beside_it() -> None:
    settings = load(DEPLOY / "bascule.example.toml", variables("bascule.env.example"))
    assert set(settings.targets) == {"staging", "production"}
    assert (settings.service.listen.port, settings.service.admin_listen.port) == (8400, 8401)


def test_the_page_that_listens_on_all_addresses_asks_for_a_token() -> None:
    settings = load(DEPLOY / "bascule.example.toml", variables("bascule.env.example"))
    assert settings.service.admin_listen.host == "0.0.0.0"
    assert settings.service.admin_token is not None


def test_the_role_has_one_password_in_both_files() -> None:
    password = variables("postgres.env.example")["BASCULE_CONTROL_PASSWORD"]
    assert (
        f"bascule:{password}@postgres:5432/bascule"
        in variables("bascule.env.example")["BASCULE_DATABASE_URL"]
    )
