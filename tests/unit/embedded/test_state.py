import os
import socket
import stat
from pathlib import Path

import pytest

from orchestrator.domain.errors import ConfigurationError
from orchestrator.embedded import state as state_module
from orchestrator.embedded.account import Account
from orchestrator.embedded.state import State, default_state, is_free


@pytest.fixture(autouse=True)
def as_ourselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the account of the caller: these tests start nothing."""
    monkeypatch.setattr(state_module, "of_servers", lambda _data: Account())


def test_the_named_directory_wins() -> None:
    assert default_state({"BASCULE_STATE": "/srv/bascule", "XDG_STATE_HOME": "/x"}) == Path("/srv/bascule")


def test_root_keeps_state_where_the_system_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_state({"XDG_STATE_HOME": "/home/somebody/state"}) == Path("/var/lib/bascule")


def test_an_ordinary_user_keeps_state_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", "/home/somebody")
    assert default_state({"XDG_STATE_HOME": "/x"}) == Path("/x/bascule")
    assert default_state({"XDG_STATE_HOME": "relative"}) == Path("/home/somebody/.local/state/bascule")
    assert default_state({}) == Path("/home/somebody/.local/state/bascule")


def test_secrets_are_kept_for_us_alone_and_stay(tmp_path: Path) -> None:
    first = State(tmp_path / "state")
    first.close()
    second = State(tmp_path / "state")
    second.close()
    assert first.secrets == second.secrets
    assert len(set(first.secrets.values())) == 4
    assert all(len(secret) >= 32 for secret in first.secrets.values())
    assert stat.S_IMODE((tmp_path / "state/secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_a_port_is_remembered_until_somebody_takes_it(tmp_path: Path) -> None:
    first = State(tmp_path)
    port = first.port("postgres")
    other = first.port("valkey")
    first.close()
    second = State(tmp_path)
    assert second.port("postgres") == port != other
    with socket.create_server(("127.0.0.1", port)):
        assert not is_free(port)
        assert second.port("postgres") != port
    assert second.port("valkey", not_again=other) != other
    second.close()


def test_the_holder_of_the_lock_is_named(tmp_path: Path) -> None:
    first = State(tmp_path)
    with pytest.raises(ConfigurationError) as refused:
        State(tmp_path)
    assert refused.value.code == "state-in-use"
    assert refused.value.nouns["pid"] == os.getpid()
    first.close()
    State(tmp_path).close()


def test_servers_of_an_ended_supervisor_get_time_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = State(tmp_path)
    (tmp_path / "lock").write_text("999999999 1")
    monkeypatch.setattr("orchestrator.embedded.lock._FAREWELL_SECONDS", 0.2)
    with pytest.raises(ConfigurationError, match="ended supervisor"):
        State(tmp_path)
    first.close()


def test_a_damaged_file_is_named_and_the_lock_given_back(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text("{")
    for _ in range(2):
        with pytest.raises(ConfigurationError) as refused:
            State(tmp_path)
        assert refused.value.code == "state-damaged"
        assert refused.value.nouns["path"] == str(tmp_path / "ports.json")


def test_a_path_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError) as refused:
        State(tmp_path / "file")
    assert refused.value.code == "state-not-usable"
    assert str(tmp_path / "file") in refused.value.message
