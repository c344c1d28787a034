"""The targets' databases: made before the story, and looked at closely before and after each push."""

import hashlib
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from orchestrator.embedded import programs
from orchestrator.embedded.postgres import SUPERUSER
from orchestrator.embedded.servers import Embedded

if TYPE_CHECKING:
    from orchestrator.wiring import House

_SECONDS = 60
#: the history is compared by itself; the fence's epoch rises with every attempt, on purpose
_NOT_COMPARED: Final = "--exclude-table-data=supabase_migrations.*"
#: pg_dump puts a random word into two lines
_RANDOM: Final = (b"\\restrict", b"\\unrestrict")


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """A target at one moment."""

    #: the digest of all facts, and how many they are
    fingerprint: str
    facts: int
    history: tuple[str, ...]
    #: the digest of pg_dump's whole output: schema, rights and every row
    dump: str


def begin_anew(servers: Embedded, names: Sequence[str]) -> None:
    """Drop what an earlier story left: its targets and its ledger."""
    from orchestrator.embedded.databases import CONTROL, create_control_database, drop_database

    for name in (*names, CONTROL):
        drop_database(servers.postgres, name)
    create_control_database(servers.postgres)


def make_live_looking(url: str, example: Path) -> None:
    """Fill an empty database with the baseline, its history and rows, as role postgres."""
    baseline = sorted((example / "baseline/supabase/migrations").glob("*.sql"))
    files = [*baseline, example / "history.sql", example / "rows.sql"]
    told = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")
    _client("psql", url, *told, *(f"--file={file}" for file in files))


def look(target: str, house: "House", servers: Embedded) -> Snapshot:
    """Look at a target with Bascule's eyes and with pg_dump's."""
    from orchestrator.catalog import facts

    with house.targets.reading(target) as reader:
        history = tuple(row.version for row in reader.history())
        with reader.asking() as database:
            found = facts.read(database)
    dump = _client("pg_dump", servers.postgres.url(target, SUPERUSER), _NOT_COMPARED)
    lines = (line for line in dump.splitlines() if not line.startswith(_RANDOM))
    return Snapshot(
        fingerprint=found.fingerprint,
        facts=len(found.all),
        history=history,
        dump=hashlib.sha256(b"\n".join(lines)).hexdigest(),
    )


def _client(program: str, url: str, *arguments: str) -> bytes:
    """Run a client program of the wheel; the password goes by the environment."""
    parts = urlsplit(url)
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C.UTF-8",
        "PGHOST": str(parts.hostname),
        "PGPORT": str(parts.port),
        "PGUSER": str(parts.username),
        "PGPASSWORD": unquote(str(parts.password)),
        "PGDATABASE": unquote(parts.path[1:]),
        "PGCONNECT_TIMEOUT": "10",
        "PGOPTIONS": "-c client_min_messages=warning",
    }
    done = subprocess.run(  # noqa: S603 - a program of the wheel, no shell
        [programs.client(program), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_SECONDS,
        start_new_session=True,  # Ctrl-C is for us to hear
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{program} failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
