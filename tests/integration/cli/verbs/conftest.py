"""A checkout, and commands that rehearse it on a real scratch server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orchestrator.embedded import scratch
from tests.support.folders import a_folder

MIGRATIONS, ROLLBACKS = Path("supabase/migrations"), Path("supabase/rollbacks")


@dataclass(frozen=True)
class Checkout:
    """A folder, in which commands are run as a person would."""

    folder: Path
    environment: Mapping[str, str]

    def migration(self, name: str, up: str, down: str | None = None) -> None:
        for folder, text in ((MIGRATIONS, up), (ROLLBACKS, down)):
            if text is not None:
                self.write(str(folder / name), text)

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text)

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "orchestrator", *words],
            cwd=self.folder,
            env={**os.environ, **self.environment, "COLUMNS": "80"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, code: int | None = 0) -> str:
        """Run a command and return what it printed."""
        process = self.start(*words)
        out, err = process.communicate(timeout=120)
        assert code is None or process.returncode == code, f"{process.returncode}\n{out}\n{err}"
        return out + err

    def told(self, *words: str, code: int | None = 0) -> Any:
        """Run a command with --json and return its value."""
        process = self.start(*words, "--json")
        out, err = process.communicate(timeout=120)
        assert code is None or process.returncode == code, f"{process.returncode}\n{out}\n{err}"
        assert err == ""
        return json.loads(out)


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """A state directory that the scratch server's user can reach; the server is kept from test to test."""
    with a_folder("tests") as folder:
        scratch.acquire(folder)
        yield folder
        scratch.release_all()


@pytest.fixture
def checkout(tmp_path: Path, state: Path) -> Checkout:
    """A checkout without any migration."""
    return Checkout(folder=tmp_path, environment={"BASCULE_STATE": str(state)})
