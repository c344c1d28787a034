"""Migrations with their ways back, written down in .sql files, and what a rehearsal is to say of each.

A pair begins with `-- pair: <name>`, the way back with `-- down`. A pair without a way up takes the change of
its own name (or of `-- up of: <name>`) from the cases that drafts are tried with. Further lines anywhere:
`-- verdict: …` (proven unless told), `-- left: …` (headlines of what is left behind), `-- lost: …` (what is
said of rows begins so), `-- as: superuser`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from orchestrator.domain.migration import Migration, SqlFile, checksum
from orchestrator.domain.rehearsal import RollbackVerdict

_INTEGRATION: Final = Path(__file__).parents[1] / "integration"
_DRAFTED: Final = _INTEGRATION / "catalog" / "draft"
_PAIRS: Final = _INTEGRATION / "stages" / "rehearse" / "pairs"
_TOLD: Final = re.compile(r"^-- (verdict|left|lost|as|up of): (.*)\n", re.MULTILINE)

#: what is there before every pair
SCHEMA: Final = (_DRAFTED / "schema.sql").read_text()


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """One migration and its way back."""

    name: str
    up: str
    down: str
    verdict: RollbackVerdict = RollbackVerdict.PROVEN
    #: headlines of what is left behind
    left: tuple[str, ...] = ()
    #: how what is said of rows begins
    lost: tuple[str, ...] = ()
    superuser: bool = False


def parts(path: Path, word: str) -> dict[str, str]:
    """Read a file of parts that begin with `-- <word>: <name>`."""
    found = re.split(rf"^-- {word}: (.*)\n", path.read_text(), flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def read_pairs() -> tuple[Pair, ...]:
    """Read the whole table."""
    changes = parts(_DRAFTED / "changes.sql", "change")
    written = [each for file in sorted(_PAIRS.glob("*.sql")) for each in parts(file, "pair").items()]
    return tuple(_pair(name, text, changes) for name, text in written)


def migration(version: str, up: str, down: str | bytes | None) -> tuple[Migration, dict[str, bytes]]:
    """Return a migration with its way back, and their contents."""
    texts = {"migrations": up.encode()}
    if down is not None:
        texts["rollbacks"] = down.encode() if isinstance(down, str) else down
    files = {
        folder: SqlFile(path=f"supabase/{folder}/{version}_change.sql", sha256=checksum(content))
        for folder, content in texts.items()
    }
    made = Migration.of(files["migrations"], files.get("rollbacks"))
    assert made is not None
    return made, {files[folder].sha256: content for folder, content in texts.items()}


def _pair(name: str, text: str, changes: Mapping[str, str]) -> Pair:
    told: dict[str, list[str]] = {}
    for key, value in _TOLD.findall(text):
        told.setdefault(key, []).append(value)
    up, _, down = _TOLD.sub("", text).partition("-- down\n")
    return Pair(
        name=name,
        up=up.strip() or changes[told.get("up of", [name])[0]],
        down=down.strip(),
        verdict=RollbackVerdict(*told.get("verdict", ["proven"])),
        left=tuple(told.get("left", ())),
        lost=tuple(told.get("lost", ())),
        superuser=told.get("as") == ["superuser"],
    )
