import pytest

from orchestrator.actions.webhooks import address_of, known
from orchestrator.domain.errors import ConfigurationError


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8400/webhooks/app"),
        ("0.0.0.0", "http://127.0.0.1:8400/webhooks/app"),
        ("::", "http://[::1]:8400/webhooks/app"),
        ("10.0.0.5", "http://10.0.0.5:8400/webhooks/app"),
    ],
)
def test_the_services_own_address_is_one_that_this_host_can_reach(host: str, url: str) -> None:
    assert address_of("app", host, 8400) == url


def test_a_port_that_the_system_chooses_has_to_be_named() -> None:
    with pytest.raises(ConfigurationError) as caught:
        address_of("app", "127.0.0.1", 0)
    assert "--url" in caught.value.remedy


def test_a_repository_that_nobody_named_is_told_with_those_that_there_are() -> None:
    known("app", ["app"])
    with pytest.raises(ConfigurationError) as caught:
        known("ap", ["app", "billing"])
    assert "app, billing" in caught.value.remedy
