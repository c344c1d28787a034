import copy
import pickle

import pytest

from orchestrator.settings import Listen, Secret


def test_a_secret_is_not_shown_by_accident() -> None:
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]} {secret!s:>20}"
    assert secret.reveal() == "hunter2"


def test_a_secret_is_copied_but_not_pickled() -> None:
    secret = Secret("hunter2")
    assert copy.deepcopy([secret]) == [secret]
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_an_address_to_listen_on_is_written_as_it_is_read() -> None:
    assert str(Listen(host="::1", port=8400)) == "[::1]:8400"
    assert not Listen(host="0.0.0.0", port=8400).is_loopback


def test_a_listener_on_any_loopback_address_is_for_this_machine_only() -> None:
    assert Listen(host="127.0.0.2", port=8401).is_loopback
