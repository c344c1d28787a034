"""What is pending on a target, in order: the commit's files held against the target's history."""

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.finding import Finding
from orchestrator.domain.migration import Migration, SqlFile


class OutOfOrder(StrEnum):
    """What to do with a pending version older than the newest applied one."""

    REFUSE = "refuse"
    APPLY = "apply"


class WhenFilesLeave(StrEnum):
    """What to do when an applied version has no file any more (a revert, a force-push)."""

    FAIL = "fail"
    WARN = "warn"
    #: undo it with the rollback that the ledger kept
    REVERT = "revert"


class WhenFilesChange(StrEnum):
    """What to do when the file of an applied version was edited."""

    REFUSE = "refuse"
    WARN = "warn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tree:
    """The SQL of one commit, as kept in the ledger."""

    commit: str
    #: who wrote the commit, and its first line
    author: str
    subject: str
    #: the files directly in the migrations folder, sorted by name
    migrations: tuple[SqlFile, ...]
    #: the files of the folders for rollbacks, sorted by path
    rollbacks: tuple[SqlFile, ...]
    #: what lies below the folder of tests: SQL, and rls.yaml; sorted by path
    tests: tuple[SqlFile, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryRow:
    """One row of the target's supabase_migrations.schema_migrations."""

    version: str
    #: null in tables that old tools wrote
    name: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """Migrations that failed or were undone together; a plan that still holds all of them is refused."""

    id: int
    #: the deployment that failed
    deployment: int
    #: (version, sha256) of each
    members: tuple[tuple[str, str], ...]
    reason: str
    #: nothing failed: a person wanted it undone
    undone: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A version that the ledger knows to be on a target, and who brought it there."""

    version: str
    #: None: it was there when the target was adopted
    deployment: int | None = None
    #: where that deployment took it from
    repository: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaving:
    """A version of ours whose file left the branch, and that is to be undone."""

    #: as it was applied; its rollback is what runs, a proven draft too
    migration: Migration
    #: the deployment that applied it
    deployment: int
    #: its rollback was drafted
    drafted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Departure:
    """What is to be done about applied versions whose files left the branch: all of it, or nothing."""

    #: newest first, in the reverse order of application
    leaving: tuple[Leaving, ...] = ()
    #: what was applied after the oldest of them, and stays
    later: tuple[Record, ...] = ()
    #: why nothing of it is undone
    obstacles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a deployment will undo and apply, in this order, and what is wrong with the history."""

    #: what left the branch and is undone first, newest first
    leaving: tuple[Leaving, ...] = ()
    #: what was applied after the oldest of those, and stays
    later: tuple[Record, ...] = ()
    pending: tuple[Migration, ...] = ()
    #: how many of the commit's migrations the target already has
    applied: int = 0
    #: versions that the ledger thought to be on the target, and that somebody took out of its history
    gone: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def left(self) -> tuple[Migration, ...]:
        """The migrations that it undoes, newest first."""
        return tuple(each.migration for each in self.leaving)

    def after(self, version: str | None) -> tuple[Migration, ...]:
        """Return what is applied after this version, in order; all of it where it is none of these."""
        places = [place for place, each in enumerate(self.pending, start=1) if each.version == version]
        return self.pending[places[0] :] if places else self.pending
