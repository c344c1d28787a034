import pytest

from orchestrator.domain.network import is_loopback


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LocalHost",
        "127.0.0.1",
        "127.8.8.8",
        "::1",
        "[::1]",
        "0:0:0:0:0:0:0:1",
        "::ffff:127.0.0.1",
    ],
)
def test_this_machine_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "0.0.0.0",
        "::",
        "[::]",
        "10.0.0.1",
        "::ffff:10.0.0.1",
        "127.0.0.1.example",
        "127.1",
        "2130706433",
        "localhost.",
        "localhost.example",
        "/run/postgresql",
        "127.0.0.1:5432",
    ],
)
def test_what_may_be_elsewhere_is_not(host: str) -> None:
    assert not is_loopback(host)
