"""What the service's own terminal does beside keeping its processes."""

from pathlib import Path

import pytest

from orchestrator.cli.service import warm_scratch
from orchestrator.settings import Settings, load

SETTINGS = """
[service]
state_directory = "{state}"
{service}

[repositories.app]
url = "https://git.example/app.git"
webhook_secret = "{secret}"

[targets.staging]
repository = "app"
branch = "staging"
database_url = "{url}"
{target}
"""


def settings(folder: Path, *, service: str = "", target: str = "") -> Settings:
    secrets = {"secret": "0123456789abcdef" * 2, "url": "postgresql://postgres@127.0.0.1:1/postgres"}
    for name, content in secrets.items():
        (folder / name).write_text(content)
    named = {name: f"file:{folder / name}" for name in secrets}
    file = folder / "bascule.toml"
    file.write_text(SETTINGS.format(state=folder / "state", service=service, target=target, **named))
    return load(file, {})


@pytest.mark.parametrize(
    ("service", "target"),
    [
        ('scratch_url = "file:{folder}/url"', ""),
        ("", "rehearse = false"),
    ],
)
def test_where_no_server_of_our_own_is_needed_none_is_started(
    tmp_path: Path, service: str, target: str
) -> None:
    warm_scratch(settings(tmp_path, service=service.format(folder=tmp_path), target=target))
    assert not (tmp_path / "state/scratch").exists()


def test_a_server_that_cannot_be_started_keeps_nobody_from_serving(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("no directory")
    warm_scratch(settings(tmp_path))
