"""Drafted rollbacks: what a rehearsal derived and tried for migrations whose authors wrote none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from orchestrator.actions.checking import Check
from orchestrator.actions.choosing import Chosen
from orchestrator.actions.on_disk import shown
from orchestrator.actions.writing import write_all
from orchestrator.domain.deployment import Deployment, Stage
from orchestrator.domain.errors import ConfigurationError, MigrationRefused
from orchestrator.domain.finding import worst_first
from orchestrator.domain.migration import Migration
from orchestrator.domain.plan import Plan
from orchestrator.domain.rehearsal import Rehearsal, RollbackVerdict
from orchestrator.ports import Kept
from orchestrator.validation.rehearsal.evidence import WayBack
from orchestrator.validation.rename import rollback_path

#: where rollbacks lie, beside the folder of migrations
_FOLDER: Final = "rollbacks"


@dataclass(frozen=True, kw_only=True, slots=True)
class Drafted:
    """A way back that runs, and after which all facts are as before."""

    version: str
    #: where it belongs
    path: str
    #: `proven`, or `lossy`: then nobody should rely on it unread
    verdict: RollbackVerdict
    #: what it does not bring back, one line each
    losses: tuple[str, ...]
    sql: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Undrafted:
    """A migration without a rollback, for which none could be drafted and proven."""

    version: str
    #: the migration's path
    file: str
    #: what stood in the way; empty: nobody knows
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Drafts:
    """What became of the migrations that have no rollback, in their order."""

    drafts: tuple[Drafted, ...] = ()
    undrafted: tuple[Undrafted, ...] = ()

    @property
    def proven(self) -> tuple[Drafted, ...]:
        """Those that may be run."""
        return tuple(each for each in self.drafts if each.verdict is RollbackVerdict.PROVEN)

    @property
    def complete(self) -> bool:
        """Tell whether each migration that has no rollback has a proven draft."""
        return not self.undrafted and len(self.proven) == len(self.drafts)


def drafts_of_check(check: Check, chosen: Chosen, *, version: str | None = None) -> Drafts:
    """Return what a check drafted, of all versions or of one.

    Raises MigrationRefused where nothing could be rehearsed, or nothing of that version is pending.
    """
    if check.rehearsal is None and check.plan.pending:
        worst = worst_first(check.report.findings)[0]
        raise _not_rehearsed(worst.message)

    def place(migration: Migration) -> str:
        path = Path(migration.file.path)
        return shown((chosen.home or path.parent) / _FOLDER / path.name)

    return _drafts(check.plan, check.rehearsal, check.drafts, version, place)


def drafts_of_deployment(deployment: Deployment, kept: Kept, *, version: str | None = None) -> Drafts:
    """Return the drafts that the ledger kept when a deployment was rehearsed. Raises as `drafts_of_check`."""
    try:
        planned = kept.gave(deployment.id, Stage.PLAN, Plan)
        rehearsal = kept.gave(deployment.id, Stage.REHEARSE, Rehearsal)
    except KeyError:
        raise MigrationRefused(
            f"deployment {deployment.id} was not rehearsed",
            code="not-rehearsed",
            remedy=f"see: bascule show {deployment.id}",
        ) from None
    files = {each.version: each.draft.sha256 for each in rehearsal.rollbacks if each.draft}
    contents = kept.content([*files.values()])
    texts = {version: contents[sha256].decode() for version, sha256 in files.items()}
    return _drafts(planned, rehearsal, texts, version, lambda migration: rollback_path(migration.file))


def write(drafts: Sequence[Drafted]) -> None:
    """Write drafts where they belong: all or none. Raises ConfigurationError; no file is ever overwritten."""
    for each in drafts:
        if Path(each.path).is_symlink() or Path(each.path).exists():
            raise ConfigurationError(
                f"{each.path} is there already; nothing was written",
                code="file-not-written",
                remedy=f"see whether it is the rollback of {each.version}; bascule validate tells what pairs",
                path=each.path,
            )
    write_all({Path(each.path): each.sql for each in drafts})


def _drafts(
    planned: Plan,
    rehearsal: Rehearsal | None,
    texts: Mapping[str, str],
    version: str | None,
    place: Callable[[Migration], str],
) -> Drafts:
    if rehearsal is not None and rehearsal.failed is not None:
        raise _not_rehearsed(rehearsal.failed.message)
    migrations = {each.version: each for each in planned.pending}
    if version is not None and version not in migrations:
        raise MigrationRefused(
            f"no migration of version {version} is pending",
            code="version-unknown",
            remedy=f"name one of: {', '.join(migrations)}" if migrations else "nothing is pending",
            version=version,
        )
    proofs = rehearsal.rollbacks if rehearsal else ()
    ways = [
        WayBack(migration=migrations[each.version], proof=each)
        for each in proofs
        if version in (None, each.version)
    ]
    return Drafts(drafts=tuple(_drafted(ways, texts, place)), undrafted=tuple(_undrafted(ways)))


def _drafted(
    ways: Sequence[WayBack], texts: Mapping[str, str], place: Callable[[Migration], str]
) -> Iterator[Drafted]:
    for way in ways:
        if way.proof.draft is not None:
            yield Drafted(
                version=way.migration.version,
                path=place(way.migration),
                verdict=way.proof.verdict,
                losses=way.proof.losses,
                sql=texts[way.migration.version],
            )


def _undrafted(ways: Sequence[WayBack]) -> Iterator[Undrafted]:
    for way in ways:
        settled = way.migration.rollback or way.proof.draft
        if settled is None and way.proof.verdict is not RollbackVerdict.PROVEN:
            yield Undrafted(version=way.migration.version, file=way.migration.file.path, why=way.obstacles)


def _not_rehearsed(why: str) -> MigrationRefused:
    return MigrationRefused(
        f"nothing can be drafted before the migrations apply: {why}",
        code="not-rehearsed",
        remedy="bascule check tells all that is wrong",
    )
