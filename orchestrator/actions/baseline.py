"""The base schema of a project whose first tables are in no migration: where it lies, and what it lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from orchestrator.actions.choosing import Chosen
from orchestrator.actions.on_disk import read, shown
from orchestrator.domain.errors import ConfigurationError, Failure, TargetError
from orchestrator.domain.migration import Migration, SqlFile, checksum
from orchestrator.domain.rehearsal import ScratchCopy
from orchestrator.validation.split import decode

if TYPE_CHECKING:
    from orchestrator.ports import Scratch

#: its name, beside the folder of migrations
BASELINE: Final = "baseline.sql"
#: a table, a schema, a type, a function, a column that is not there
_ABSENT: Final = frozenset({"42P01", "3F000", "42704", "42883", "42703"})
#: what is handed on of an error
_PLACE: Final = frozenset({"file", "line", "column", "sqlstate"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Baseline:
    """What comes before the first migration."""

    #: where it lies, or would be looked for; None: nobody knows
    path: Path | None
    #: empty: there is none
    files: Sequence[tuple[Migration, str]] = ()

    @classmethod
    def of(cls, chosen: Chosen, named: Path | None) -> Self:
        """Read the file that is named, else the usual one. Raises ConfigurationError: it cannot be read."""
        path = named or (chosen.home / BASELINE if chosen.home else None)
        if path is None or (named is None and not path.is_file()):
            return cls(path=path)
        content = read(path, follow=named is not None)
        file = SqlFile(path=shown(path), sha256=checksum(content))
        return cls(
            path=path,
            files=[(Migration(version="0", name="baseline", file=file), decode(content))],
        )

    def build(self, scratch: "Scratch", *, target_major: int | None) -> ScratchCopy:
        """Make a database of it. Raises ConfigurationError, with the place, where it does not run."""
        try:
            return scratch.build(self.files, target_major=target_major)
        except TargetError as error:
            nouns = {
                key: error.nouns[key] for key in ("file", "line", "column", "sqlstate") if key in error.nouns
            }
            raise ConfigurationError(
                f"the baseline does not run: {error.message}",
                code="baseline-broken",
                remedy=f"mend it, or have it written anew: {_dump(shown(self.path or Path(BASELINE)))}",
                **nouns,
            ) from error

    def remedy_for(self, failed: Failure | None) -> str | None:
        """Say where the base schema belongs, where there is none and something is missing."""
        if self.files or failed is None or failed.nouns.get("sqlstate") not in _ABSENT:
            return None
        made = "mend the statement; or, if that was made in the dashboard before the first migration,"
        if self.path is None:
            return f"{made} name a file with the schema of then: --baseline FILE"
        place = shown(self.path)
        return f"{made} put the schema of then into {place} ({_dump(place)}), or name it: --baseline FILE"


def _dump(place: str) -> str:
    return f"supabase db dump --file {place}"
