"""The real Supabase CLI, as a person runs it in a checkout."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SECONDS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class SupabaseCli:
    """The program, the checkout that it works in, and a home of its own."""

    program: Path
    checkout: Path
    home: Path

    def listed(self, url: str) -> dict[str, list[str]]:
        """Return the versions that `migration list` shows: `applied`, `pending` here, `unknown` here."""
        rows = self._succeed("migration", "list", url=url)["migrations"]
        return {
            "applied": [row["local"] for row in rows if row["local"] == row["remote"]],
            "pending": [row["local"] for row in rows if row["local"] and not row["remote"]],
            "unknown": [row["remote"] for row in rows if row["remote"] and not row["local"]],
        }

    def push(self, url: str, *options: str) -> dict[str, Any]:
        """Run `db push` and return what it says, which must be a success."""
        return self._succeed("db", "push", "--yes", *options, url=url)

    def refuses(self, *words: str, url: str) -> dict[str, Any]:
        """Run a command that has to fail and return its error."""
        done = self._run(*words, url=url)
        assert done.returncode == 1, done.stdout
        error: dict[str, Any] = json.loads(done.stdout)["error"]
        return error

    def _succeed(self, *words: str, url: str) -> dict[str, Any]:
        done = self._run(*words, url=url)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    def _run(self, *words: str, url: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, *words, f"--remote={url}", "--output-format", "json", "--workdir", self.checkout],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.home),
                "DO_NOT_TRACK": "1",
                "SUPABASE_TELEMETRY_DISABLED": "1",
                "SUPABASE_NO_UPDATE_NOTIFIER": "1",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )


def find_program() -> Path | None:
    """Return the CLI that BASCULE_TEST_SUPABASE_CLI names, else the one on the PATH."""
    named = os.environ.get("BASCULE_TEST_SUPABASE_CLI") or shutil.which("supabase")
    return Path(named) if named else None
