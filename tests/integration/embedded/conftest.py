"""State directories and supervisors that end with the test."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.embedded.running import Running, eventually, survivors


@pytest.fixture
def state() -> Iterator[Path]:
    """A directory that the servers' user can reach; pytest's own lies below a closed one."""
    folder = Path(tempfile.mkdtemp(prefix="bascule-state-"))
    folder.chmod(0o711)
    yield folder / "state"
    shutil.rmtree(folder, ignore_errors=True)


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
