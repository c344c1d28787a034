"""A rehearsal: the whole plan carried out on a scratch copy of the target, and what that showed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from orchestrator.domain.declared import TestedFile
from orchestrator.domain.errors import Failure
from orchestrator.domain.facts import Change
from orchestrator.domain.matrix import Matrix
from orchestrator.domain.migration import SqlFile

_WORD: Final = re.compile(r"[A-Z][a-z]+")


class RollbackVerdict(StrEnum):
    """What a rehearsal says of one migration's way back."""

    #: up, down, and all facts are as before
    PROVEN = "proven"
    #: the shape comes back, rows that were there before do not
    LOSSY = "lossy"
    #: no way back exists
    IRREVERSIBLE = "irreversible"
    #: something is left behind, or it does not run
    UNPROVEN = "unproven"
    #: there is none, and none could be drafted and proven
    MISSING = "missing"


class RollbackSource(StrEnum):
    """Where a rollback comes from."""

    FILE = "file"
    #: derived from the difference of facts, and proven
    DRAFT = "draft"
    NONE = "none"


class CopyOrigin(StrEnum):
    """What a scratch copy was made from."""

    #: the target's own schema
    TARGET = "target"
    #: the migrations that came before, and a baseline where there is one
    FILES = "files"


@dataclass(frozen=True, kw_only=True, slots=True)
class ScratchCopy:
    """A database on a throw-away server that looks like the target; nobody's rows are in it."""

    #: its name on that server
    database: str
    origin: CopyOrigin
    #: who runs migrations there; never a superuser
    role: str
    #: the server's major version
    server_major: int
    #: the target's; None where there is no target
    target_major: int | None = None
    #: whether an earlier rehearsal had made it
    kept: bool = False
    #: why it was built from files although there is a target; empty: it was not
    why_files: str = ""
    #: facts of the target that the copy does not have, or has otherwise
    missing: tuple[Change, ...] = ()
    #: extensions that are only acted
    stand_ins: tuple[str, ...] = ()

    @property
    def server_differs(self) -> bool:
        """Tell whether the rehearsal ran on another major version than the target's."""
        return self.target_major is not None and self.target_major != self.server_major


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldLock:
    """A lock that a statement took on a relation that was there before it, until the transaction ended."""

    #: qualified, e.g. "public.orders"
    relation: str
    #: as the server calls it: "AccessExclusiveLock"
    mode: str

    @property
    def words(self) -> str:
        """The mode as SQL writes it: "ACCESS EXCLUSIVE"."""
        return lock_words(self.mode)


def lock_words(mode: str) -> str:
    """Return a lock's mode as SQL writes it."""
    return " ".join(_WORD.findall(mode.removesuffix("Lock"))).upper()


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementTrace:
    """What one statement did to what was there before it. Its duration says nothing about the target's."""

    version: str
    #: path of the file
    file: str
    #: 1-based
    line: int
    locks: tuple[HeldLock, ...] = ()
    #: relations that were written anew
    rewrites: tuple[str, ...] = ()
    #: relations that were read from end to end, without being written anew
    scans: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class RollbackProof:
    """What became of one migration's way back."""

    version: str
    source: RollbackSource
    verdict: RollbackVerdict
    #: facts that are not what they were before the migration
    residue: tuple[Change, ...] = ()
    #: what rows or values would not come back, one line each
    losses: tuple[str, ...] = ()
    #: why it did not run
    failure: Failure | None = None
    #: a proven draft, kept by its sha256
    draft: SqlFile | None = None
    #: kind and identity of every fact that this migration or its rollback changes
    touched: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Departed:
    """What became of the versions whose files left the branch, undone and applied again on the copy."""

    #: what undoing them changes
    undone: tuple[Change, ...] = ()
    #: what is not as it was once they are applied again: more was undone than is theirs
    residue: tuple[Change, ...] = ()
    #: why one of them could not be undone, or applied again
    failure: Failure | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsal:
    """What the rehearse stage gives."""

    copy: ScratchCopy
    #: False: file by file, because one transaction could not hold it
    in_one_transaction: bool
    #: why one transaction does not even hold the migrations on their way up, where it is that
    apart_because: Failure | None = None
    #: None: no file left the branch
    departed: Departed | None = None
    rollbacks: tuple[RollbackProof, ...] = ()
    trace: tuple[StatementTrace, ...] = ()
    #: who may do what after all migrations; None when it did not come to that
    matrix: Matrix | None = None
    #: what made-up rows showed before all migrations, about the tables that they changed
    before: Matrix | None = None
    #: what came of the tests that the project declares
    tested: tuple[TestedFile, ...] = ()
    #: why a migration did not apply; its version and place are among the nouns
    failed: Failure | None = None
    #: whether that was on the way up after everything had been taken back
    failed_again: bool = False
    #: kind and identity of every fact that a migration or a rollback changes
    touched: tuple[tuple[str, str], ...] = ()

    @property
    def drafts(self) -> Mapping[str, SqlFile]:
        """The drafts that may be run, by version: those that are proven."""
        return {
            proof.version: proof.draft
            for proof in self.rollbacks
            if proof.draft is not None and proof.verdict is RollbackVerdict.PROVEN
        }


class NotInOneTransaction(Exception):
    """One transaction cannot hold the play: a statement needs one of its own, or has to commit first."""

    def __init__(self, failure: Failure | None = None) -> None:
        """Keep what the server said to a migration on its way up; None: it was about something else."""
        super().__init__()
        self.failure = failure


class CannotCopy(Exception):
    """The target's schema cannot be dumped from here; the text says why, for people."""
