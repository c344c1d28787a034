"""State directories and supervisors that end with the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.embedded.running import Running, eventually, survivors
from tests.support.folders import a_folder


@pytest.fixture
def state() -> Iterator[Path]:
    """A directory that the servers' user can reach; pytest's own lies below a closed one."""
    with a_folder("state") as folder:
        yield folder / "state"


@pytest.fixture
def supervisor() -> Iterator[Callable[..., Running]]:
    """Start supervisors; those that are left are ended, with all that they started."""
    started: list[Running] = []

    def start(state: Path, *processes: dict[str, object], user: int | None = None) -> Running:
        started.append(Running(state, list(processes), user))
        return started[-1]

    yield start
    for running in started:
        family = running.family()
        running.process.kill()
        running.process.communicate()
        eventually(lambda family=family: not survivors(family))
