import socket
from contextlib import closing

import pytest

from orchestrator.domain.errors import ConfigurationError
from orchestrator.web.listen import bind, url_of


def test_port_zero_takes_a_free_port_that_is_known_at_once() -> None:
    with closing(bind("127.0.0.1", 0, setting="service.listen")) as listener:
        port = listener.getsockname()[1]
        assert url_of(listener) == f"http://127.0.0.1:{port}"
        socket.create_connection(("127.0.0.1", port), timeout=5).close()


def test_the_protocol_is_named_so_that_asyncio_switches_off_nagles_delay() -> None:
    with closing(bind("127.0.0.1", 0, setting="service.listen")) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_every_address_is_reached_over_loopback() -> None:
    with closing(bind("0.0.0.0", 0, setting="service.listen")) as listener:
        assert url_of(listener).startswith("http://127.0.0.1:")


def test_localhost_is_ipv4_first() -> None:
    with closing(bind("localhost", 0, setting="service.listen")) as listener:
        assert listener.family is socket.AF_INET


def test_a_taken_port_is_an_error_that_names_port_and_setting() -> None:
    with closing(bind("127.0.0.1", 0, setting="service.listen")) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ConfigurationError) as caught:
            bind("127.0.0.1", port, setting="service.admin_listen")
    assert caught.value.code == "port-taken"
    assert f"127.0.0.1:{port}" in caught.value.message
    assert "service.admin_listen" in caught.value.remedy


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_that_is_not_ours_is_an_error_that_names_the_setting(host: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        bind(host, 0, setting="service.listen")
    assert (caught.value.code, caught.value.nouns["setting"]) == ("cannot-listen", "service.listen")
