"""The commit's files held against the target's history, as the rules of the plan see it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.plan import Departure, Hold
from orchestrator.domain.rollback_files import Pairing
from orchestrator.domain.target import TargetPolicy
from orchestrator.validation.edit import edit_of
from orchestrator.validation.split import decode


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Everything that decides what is pending; versions compare as text, as the Supabase CLI does it."""

    policy: TargetPolicy
    pairing: Pairing
    #: files in the migrations folder that the Supabase CLI skips
    skipped: tuple[SqlFile, ...] = ()
    #: versions that the target's history holds
    history: frozenset[str] = frozenset()
    #: checksums of the versions that the ledger knows to be on the target
    recorded: Mapping[str, str] = field(default_factory=dict)
    holds: tuple[Hold, ...] = ()
    #: what is done about files that left; None: nothing is undone on this target
    departure: Departure | None = None
    #: contents by checksum, as far as they are known
    contents: Callable[[list[str]], Mapping[str, bytes]] | None = None

    @cached_property
    def migrations(self) -> tuple[Migration, ...]:
        """All migrations of the commit, in order."""
        return tuple(sorted(self.pairing.migrations, key=lambda each: (each.version, each.file.path)))

    @cached_property
    def pending(self) -> tuple[Migration, ...]:
        """The migrations that the target does not have, in order."""
        return tuple(each for each in self.migrations if each.version not in self.history)

    @property
    def left(self) -> tuple[Migration, ...]:
        """The migrations that are undone because their files left the branch."""
        return tuple(each.migration for each in self.departure.leaving) if self.departure else ()

    @cached_property
    def newest_applied(self) -> str:
        """The newest version in the history that stays there; empty when there is none."""
        return max(self.history - {each.version for each in self.left}, default="")

    def edit_of(self, old: str, new: str) -> str:
        """Say how the file with one checksum became the one with the other; empty where nobody knows."""
        if self.contents is None:
            return ""
        try:
            found = self.contents([old, new])
            return edit_of(decode(found[old]), decode(found[new]))
        except (KeyError, UnicodeDecodeError):
            return ""

    @cached_property
    def newest(self) -> str:
        """The newest version of all, on the target or in the commit; empty when there is none."""
        return max(self.newest_applied, self.migrations[-1].version if self.migrations else "")
