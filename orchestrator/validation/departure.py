"""Decide whether what left the branch may be undone: versions whose files are gone, and their record."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.plan import Departure, Leaving, Record, Tree
from orchestrator.domain.rehearsal import RollbackProof, RollbackVerdict
from orchestrator.domain.target import TargetPolicy
from orchestrator.validation.reverts import obstacle_of, revert_of
from orchestrator.validation.script import read_script
from orchestrator.validation.split import decode

_NAMED: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What the ledger kept of a version when it was applied."""

    migration: Migration
    deployment: int
    #: what its rehearsal said of the way back; None: it was not rehearsed
    proof: RollbackProof | None = None

    @property
    def as_it_would_run(self) -> Migration:
        """The migration with its rollback: the author's, else the draft that was proven."""
        draft = self.proof.draft if self.proof and self.proof.verdict is RollbackVerdict.PROVEN else None
        return replace(self.migration, rollback=self.migration.rollback or draft)


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What has to be known to decide it."""

    tree: Tree
    #: versions of the target's history, and those of them that Bascule wrote
    history: frozenset[str]
    ours: frozenset[str]
    #: in the order of application
    records: Sequence[Record]
    #: of the versions without a file
    past: Mapping[str, Past]
    contents: Mapping[str, bytes]
    #: False: a person named the commit, which need not be what the branch holds
    is_head: bool = True


def gone_from(tree: Tree, history: Collection[str]) -> frozenset[str]:
    """Return the versions of a history that have no file in a commit."""
    return frozenset(history) - {each.version for each in map(Migration.of, tree.migrations) if each}


def departure_of(known: Known, policy: TargetPolicy) -> Departure:
    """Say what is undone, and what was applied after it; or why nothing is: never a part of it."""
    gone = gone_from(known.tree, known.history)
    if not gone:
        return Departure()
    obstacles = [*_of_the_commit(known, gone, policy), *_of_owners(known, gone, policy)]
    if obstacles:
        return Departure(obstacles=tuple(obstacles))
    order = [record.version for record in known.records if record.version in known.history]
    first = min(order.index(version) for version in gone)
    later = [
        record for record in known.records if record.version in order[first:] and record.version not in gone
    ]
    leaving = [known.past[version] for version in reversed(order) if version in gone]
    obstacles = [*_of_order(known, later, policy), *_of_ways_back(known, leaving, policy)]
    if obstacles:
        return Departure(obstacles=tuple(obstacles))
    return Departure(leaving=tuple(map(_leaving, leaving)), later=tuple(later))


def _leaving(past: Past) -> Leaving:
    return Leaving(
        migration=past.as_it_would_run, deployment=past.deployment, drafted=past.migration.rollback is None
    )


def _of_the_commit(known: Known, gone: Collection[str], policy: TargetPolicy) -> Iterator[str]:
    """Doubt that they left at all: a wrong setting or a wrong name looks the same."""
    if not known.is_head:
        yield "a person named the commit, and only what left the branch is undone"
    if policy.atomic:
        yield "the target is atomic, and what leaves cannot be undone in the one transaction yet"
    if not known.tree.migrations:
        yield "the commit holds no migration at all, which a wrong setting looks like as well"
    for file in known.tree.migrations:
        if Migration.of(file) is None and any(file.name.startswith(version) for version in gone):
            yield f"{file.name} is there, only its name is none of a migration"


def _of_owners(known: Known, gone: Collection[str], policy: TargetPolicy) -> Iterator[str]:
    """Doubt that they are ours: applied by this ledger, from this repository and folder."""
    records = {record.version: record for record in known.records}
    folder = "migrations" if policy.directory in {"", "."} else f"{policy.directory.rstrip('/')}/migrations"
    for version in sorted(gone):
        record = records.get(version)
        if record is None or record.deployment is None or version not in known.ours:
            yield from _not_ours(version, record, policy)
        elif record.repository != policy.repository:
            yield f"{version} was applied from the repository {record.repository}"
        elif version not in known.past:
            yield f"the ledger does not have the files of {version} any more"
        elif (path := known.past[version].migration.file.path).rpartition("/")[0] != folder:
            yield f"{version} was applied from {path}, which is not in {folder}"


def _not_ours(version: str, record: Record | None, policy: TargetPolicy) -> Iterator[str]:
    if record is not None and record.deployment is None:
        yield f"{version} was there when {policy.name} was adopted"
    else:
        yield f"{version} was applied by somebody else, or its row was written anew"


def _of_order(known: Known, later: Sequence[Record], policy: TargetPolicy) -> Iterator[str]:
    """Doubt that the others stay whole: what came after, and stays, has to be known, and rehearsed with."""
    strangers = known.history - {record.version for record in known.records}
    if strangers:
        yield f"nobody knows when {_list(sorted(strangers))} came to the target, or what it changed"
    elif later and not policy.rehearse:
        versions = _list([record.version for record in later])
        yield f"{versions} came later and stays, and only a rehearsal shows that nothing of it is undone"


def _of_ways_back(known: Known, leaving: Sequence[Past], policy: TargetPolicy) -> Iterator[str]:
    """Doubt that the way back is one."""
    for past in leaving:
        verdict = past.proof.verdict if past.proof else None
        if verdict is None:
            yield f"{past.migration.version} was not rehearsed when it was applied: nobody knows its way back"
        elif verdict not in _ENOUGH[policy.rehearse]:
            yield f"the rollback of {past.migration.version} is {verdict}"
        elif _touches_rows(past, known.contents):
            yield (
                f"the rollback of {past.migration.version} changes rows or does more than its text shows, "
                "and nobody knows what it would do to those of today: a person may run "
                f"bascule rollback {past.deployment}"
            )
    refusal = obstacle_of([revert_of(past.as_it_would_run, known.contents, {}) for past in leaving])
    if refusal is not None:
        yield refusal.message


def _touches_rows(past: Past, contents: Mapping[str, bytes]) -> bool:
    """Tell whether a way back changes rows, which no copy has and no count foresees, months later."""
    rollback = past.as_it_would_run.rollback
    if rollback is None or rollback.sha256 not in contents:
        return False  # another obstacle says so
    return any(_ROWS.match(each.text) for each in read_script(decode(contents[rollback.sha256])).statements)


#: how a statement begins that changes rows or may, after comments; a SELECT only where it calls something
_ROWS: Final = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
    r"(?:(?:delete|update|merge|insert|truncate|do|call|execute|drop\s+(?:owned|extension))\b"
    r"|(?:select|with)\b.*\()",
    re.IGNORECASE | re.DOTALL,
)
#: by whether it is tried again on a copy: with what verdict of then a rollback may run
_ENOUGH: Final = {
    True: (RollbackVerdict.PROVEN, RollbackVerdict.LOSSY),
    False: (RollbackVerdict.PROVEN,),
}


def files_of(past: Past) -> tuple[SqlFile, ...]:
    """Return the files whose contents have to be known."""
    migration = past.as_it_would_run
    return (migration.file, migration.rollback) if migration.rollback else (migration.file,)


def _list(versions: Sequence[str]) -> str:
    more = len(versions) - _NAMED
    return ", ".join(versions[:_NAMED]) + (f" and {more} more" if more > 0 else "")
