"""Worker lives: a process that has imported everything forks a child for each; a crash point may end it.

That is a worker as far as the recipe can tell, begun in a few milliseconds instead of a second.
"""

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestrator import wiring
from orchestrator.actions.here import carry_out
from orchestrator.domain.deployment import DeploymentId
from tests.support.service import Service

_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Lives:
    """The parent's side."""

    process: subprocess.Popen[str]

    def live(self, deployment: DeploymentId, *, die_at: str = "", flag: Path | None = None) -> int:
        """Carry a deployment on until it ends or the crash point is reached; return the child's exit status.

        A negative number is the signal that killed it. With a flag file it dies only if that is not there.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        environment = {"BASCULE_CRASH_POINT": die_at, "BASCULE_CRASH_ONCE": str(flag or "")}
        self.process.stdin.write(json.dumps([deployment, environment]) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextmanager
def lives(service: Service) -> Iterator[Lives]:
    """Start the process that forks."""
    with (service.logs / "lives.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.lives"],
            env={**service.environment, "PYTHONPATH": str(Path(__file__).parents[2])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with process:
        try:
            yield Lives(process)
        finally:
            process.kill()


def _main() -> None:
    for line in sys.stdin:
        deployment, environment = json.loads(line)
        child = os.fork()
        if child == 0:
            _live(DeploymentId(deployment), environment)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _live(deployment: DeploymentId, environment: Mapping[str, str]) -> None:
    os.environ.update(environment)
    try:
        house = wiring.house()
        wiring.about_to_run(house.settings, "life")
        carry_out(deployment, tools=house.tools, reading=house.reading, timeout_seconds=_SECONDS)
        os._exit(0)
    except BaseException:  # noqa: BLE001 - whatever it is, this is a child that must end here
        traceback.print_exc()
        os._exit(1)


if __name__ == "__main__":
    _main()
