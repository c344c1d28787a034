import signal

import pytest

pytest_plugins = ["tests.support.servers", "tests.support.brokers"]


def pytest_configure() -> None:
    """Take Ctrl-C as in a terminal: what a shell starts in its background ignores it, and so do children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs real servers by the fixtures that it uses."""
    for item in items:
        if "embedded_servers" in getattr(item, "fixturenames", ()):
            item.add_marker("servers")
