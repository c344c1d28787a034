import fcntl
import stat

import pytest

from orchestrator.cli.demo.place import Place, a_place, examples_dir
from orchestrator.domain.errors import ConfigurationError
from orchestrator.settings import load


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    tmp_path.chmod(0o755)
    monkeypatch.setattr("orchestrator.cli.demo.place._fits", lambda folder: folder == tmp_path)
    return tmp_path


def test_a_temporary_place_is_removed(temporary):
    with a_place(None, {}) as place:
        (place.path / "something").touch()
        assert place.path.parent == temporary
    assert not place.path.exists()


def test_a_named_place_stays(tmp_path):
    with a_place(tmp_path / "named", {}) as place:
        place.path.mkdir()
    assert place.path.exists()


def test_without_a_name_the_state_directory_of_the_environment_is_used(tmp_path):
    with a_place(None, {"BASCULE_STATE": str(tmp_path / "state")}) as place:
        assert place.path == tmp_path / "state/demo"


def test_a_place_with_something_else_in_it_is_refused(tmp_path):
    (tmp_path / "ledger").touch()
    with pytest.raises(ConfigurationError, match="did not put there"), a_place(tmp_path, {}):
        pass


def test_what_a_killed_demo_left_is_removed_but_not_what_is_in_use(temporary):
    for name in ("dead", "alive", "young", "half"):
        (temporary / f"bascule-demo-{name}").mkdir()
    for name in ("dead", "alive"):
        (temporary / f"bascule-demo-{name}/lock").touch()
    (temporary / "bascule-demo-half/demo.toml").touch()
    with (temporary / "bascule-demo-alive/lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with a_place(None, {}):
            left = {folder.name.removeprefix("bascule-demo-") for folder in temporary.iterdir()}
    assert not {"dead", "half"} & left
    assert {"alive", "young"} <= left


def test_the_settings_are_valid_and_lead_to_the_place(tmp_path):
    place = Place(tmp_path / "odd näme")
    place.path.mkdir()
    place.write_settings(
        webhooks=18400,
        page=18401,
        slack="http://127.0.0.1:9/services/demo",
        targets={"staging": ("staging", "postgresql://postgres:secret@127.0.0.1:1/staging")},
    )
    settings = load(place.settings, {})
    assert settings.service.state_directory == place.path
    assert settings.targets["staging"].policy.branch == "staging"
    assert "secret@" not in place.settings.read_text()
    for name in ("webhook-secret", "slack-url", "staging-url"):
        assert stat.S_IMODE((place.path / name).stat().st_mode) == 0o600


def test_an_installation_without_the_example_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("orchestrator.cli.demo.place.resources.files", lambda _: tmp_path / "orchestrator")
    with pytest.raises(ConfigurationError, match="examples/telecom is missing"):
        examples_dir({})
