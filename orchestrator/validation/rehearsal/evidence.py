"""What the rules of a rehearsal are shown: what it did, the files that were played, what was said already."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from orchestrator.domain.difference import outermost
from orchestrator.domain.errors import Failure
from orchestrator.domain.facts import Change
from orchestrator.domain.finding import Finding
from orchestrator.domain.identity import subject
from orchestrator.domain.migration import Migration
from orchestrator.domain.plan import Plan
from orchestrator.domain.rehearsal import Rehearsal, RollbackProof, RollbackVerdict
from orchestrator.validation.rehearsal.deed import Deed, Told, deeds
from orchestrator.validation.rename import rollback_path
from orchestrator.validation.rule import AnyRule
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

#: so many things are named; the rest is counted
_NAMED: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class WayBack:
    """A pending migration and what became of its rollback."""

    migration: Migration
    proof: RollbackProof

    @property
    def name(self) -> str:
        """The migration's file, as messages call it."""
        return self.migration.file.name

    @property
    def rollback(self) -> str:
        """Where the rollback lies, or belongs."""
        written = self.migration.rollback
        return written.path if written else rollback_path(self.migration.file)

    @property
    def obstacles(self) -> str:
        """What keeps it from being proven, in one line."""
        if self.proof.failure is not None:
            return words_of(self.proof.failure)
        return named([*map(unlike, outermost(self.proof.residue)), *self.proof.losses])

    def finding(self, rule: AnyRule, message: str, **more: Any) -> Finding:  # noqa: ANN401  # as Rule.finding
        """Report about the migration's file as a whole."""
        return rule.finding(message, file=self.migration.file.path, **more)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the rules of a rehearsal are shown."""

    plan: Plan
    rehearsal: Rehearsal
    terms: Terms
    #: the pending files by their paths
    files: Mapping[str, SqlText]
    #: whether the target wants to be rehearsed on its own major version and no other
    require_same_major: bool = False
    #: what the review has found already
    said: Sequence[Finding] = ()
    #: where it has spoken of work under a lock, or an author has allowed that
    told: Sequence[Told] = ()

    def ways_back(self, verdict: RollbackVerdict) -> Iterator[WayBack]:
        """Yield the migrations of whose rollback the rehearsal says this, in their order."""
        migrations = {each.version: each for each in self.plan.pending}
        for proof in self.rehearsal.rollbacks:
            if proof.verdict is verdict:
                yield WayBack(migration=migrations[proof.version], proof=proof)

    @cached_property
    def deeds(self) -> tuple[Deed, ...]:
        """What each statement did to what was there before."""
        return tuple(deeds(self.rehearsal.trace, self.files))

    def of_failure(self, rule: AnyRule, failure: Failure, message: str) -> Finding:
        """Report that a migration failed, at the place that the failure names."""
        nouns = failure.nouns
        file, line, column = (nouns.get(key) for key in ("file", "line", "column"))
        return rule.finding(
            message,
            file=file if isinstance(file, str) else None,
            at=(line, column if isinstance(column, int) else 1) if isinstance(line, int) else None,
            remedy=failure.remedy or None,
        )


def words_of(failure: Failure, *, without_place: bool = False) -> str:
    """Say what the server said, with its SQLSTATE."""
    place = ":".join(str(failure.nouns[key]) for key in ("file", "line", "column") if failure.nouns.get(key))
    message = failure.message.removeprefix(f"{place}: ") if without_place else failure.message
    detail, state = failure.nouns.get("detail"), failure.nouns.get("sqlstate")
    return f"{message}{f'; {detail}' if detail else ''}{f' (SQLSTATE {state})' if state else ''}"


def unlike(change: Change) -> str:
    """Say what is not what it should be."""
    what = subject(change.kind, change.identity)
    if change.after is None:
        return f"{what} is missing"
    return f"{what} should not be there" if change.before is None else f"{what} is another"


def named(things: Sequence[str]) -> str:
    """Name the first few, and say how many more there are."""
    more = len(things) - _NAMED
    return "; ".join([*things[:_NAMED], *([f"and {more:,} more"] if more > 0 else [])])
