"""Extensions of a hosted project on a plain server.

A hosted project lets the ordinary role `postgres` create some seventy extensions. Two things bring a plain
server close: what it has is marked as trusted, and what it lacks is replaced by a stand-in written in SQL:
the names and types that migrations use, with little or no behaviour behind them.
"""

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent / "stand_ins"
_SCRIPTLESS = "-- Only the name: CREATE EXTENSION works, none of its objects exist.\n"
#: languages and foreign data run programs or reach files: hosted projects do not offer them either
_NOT_TRUSTED = frozenset({"file_fdw"})


@dataclass(frozen=True, kw_only=True, slots=True)
class StandIn:
    """One extension that is only acted."""

    name: str
    version: str
    does: str
    schema: str | None = None
    relocatable: bool = False
    #: whether the real one speaks to other hosts: on a server for strangers' SQL it is only acted
    reaches_out: bool = False
    #: older versions from which ALTER EXTENSION … UPDATE is accepted
    updates_from: tuple[str, ...] = ()

    def control(self) -> str:
        """Return the control file. Whoever lists extensions reads that this is none."""
        comment = f"STAND-IN FOR TESTS, not the real {self.name}: {self.does}".replace("'", "''")
        lines = [
            f"comment = '{comment}'",
            f"default_version = '{self.version}'",
            f"relocatable = {str(self.relocatable).lower()}",
            "superuser = true",
            "trusted = true",
        ]
        if self.schema:
            lines.append(f"schema = {self.schema}")
        return "\n".join(lines) + "\n"


def stand_ins() -> tuple[StandIn, ...]:
    """Return every stand-in, by name."""
    table = tomllib.loads((_FOLDER / "stand_ins.toml").read_text())
    return tuple(
        StandIn(name=name, **{**entry, "updates_from": tuple(entry.get("updates_from", ()))})
        for name, entry in sorted(table.items())
    )


def script(stand_in: StandIn) -> str:
    """Return the SQL that CREATE EXTENSION runs."""
    file = _FOLDER / f"{stand_in.name}.sql"
    return file.read_text() if file.exists() else _SCRIPTLESS


def trust(folder: Path) -> None:
    """Let an ordinary role create the extensions of this (copied) extension folder."""
    for control in folder.glob("*.control"):
        if control.stem not in _NOT_TRUSTED:
            kept = [line for line in control.read_text().splitlines() if not line.startswith("trusted")]
            control.write_text("\n".join([*kept, "trusted = true", ""]))


def stand_in(folder: Path, *, alone: bool = False) -> None:
    """Put a stand-in beside what this (copied) extension folder has; what is real stays real.

    `alone`: but for what would reach other hosts.
    """
    for acted in stand_ins():
        if alone and acted.reaches_out:
            for real in folder.glob(f"{acted.name}[.-]*"):
                real.unlink()
        if not (folder / f"{acted.name}.control").exists():
            (folder / f"{acted.name}.control").write_text(acted.control())
            for name, content in _scripts(acted):
                (folder / name).write_text(content)


def digest() -> str:
    """Return what changes whenever a stand-in changes, or how it is made."""
    files = (Path(__file__), *sorted(_FOLDER.iterdir()))
    parts = (file.name.encode() + file.read_bytes() for file in files)
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _scripts(acted: StandIn) -> Iterator[tuple[str, str]]:
    yield f"{acted.name}--{acted.version}.sql", script(acted)
    for older in acted.updates_from:
        yield f"{acted.name}--{older}.sql", script(acted)
        yield f"{acted.name}--{older}--{acted.version}.sql", "-- Both versions are the same stand-in.\n"
