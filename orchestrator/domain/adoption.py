"""Adoption: to take a target under care. What is there, what is missing, and what is to be written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.migration import Migration
from orchestrator.domain.plan import HistoryRow
from orchestrator.domain.target import Fence

#: the baseline of a database that has none of the files
NO_BASELINE = "0"


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingRight:
    """Something that our role may not do, and the SQL with which an administrator allows it."""

    right: str
    sql: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AdoptionState:
    """What a target holds before it is adopted."""

    #: e.g. "18.6"
    server_version: str
    server_major: int
    database: str
    #: the role that we are
    role: str
    #: a replica, or read-only by default
    read_only: bool
    history_schema_exists: bool
    history_table_exists: bool
    history: tuple[HistoryRow, ...]
    #: relations, functions and types in schemas of the user's own
    user_objects: int
    #: the first few of them, qualified
    some_user_objects: tuple[str, ...]
    fence: Fence | None
    missing_rights: tuple[MissingRight, ...]
    #: versions of the history that Bascule applied, whatever ledger it had then
    ours: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class BaselineRow:
    """A history row for a migration that the database already has without a record of it."""

    version: str
    name: str
    #: the file's statements as the Supabase CLI would record them
    statements: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AdoptionPlan:
    """What adopting will write, and what will be pending afterwards."""

    #: migrations that get a history row without being run
    to_record: tuple[Migration, ...]
    #: the first deployment will apply these
    pending: tuple[Migration, ...]


def ledger_behind(target: str, *, found: int, known: int) -> ConfigurationError:
    """Say that the target was written to in our name, and that we know nothing of it."""
    return ConfigurationError(
        f"target {target}: its fence is at epoch {found}, and this ledger knows of {known}: it was restored "
        "from a backup and does not know what was deployed since",
        code="ledger-behind",
        remedy=f"see that no other service runs with this ledger, then: bascule adopt {target}",
        target=target,
        epoch=found,
        known=known,
    )


def plan_adoption(
    state: AdoptionState,
    migrations: Sequence[Migration],
    *,
    target: str,
    ledger_id: str,
    baseline: str | None = None,
    take_over: bool = False,
) -> AdoptionPlan:
    """Decide what to write; `baseline` is the newest version that the database already has.

    Raises ConfigurationError where a person has to decide or to grant something first.
    """
    _refuse_what_cannot_work(state, target, ledger_id, take_over=take_over)
    _refuse_a_guess(state, migrations, target, baseline)
    recorded = {row.version for row in state.history}
    missing = [migration for migration in migrations if migration.version not in recorded]
    # versions compare as text, exactly as the Supabase CLI does
    return AdoptionPlan(
        to_record=tuple(m for m in missing if baseline is not None and m.version <= baseline),
        pending=tuple(m for m in missing if baseline is None or m.version > baseline),
    )


def _refuse_what_cannot_work(state: AdoptionState, target: str, ledger_id: str, *, take_over: bool) -> None:
    if state.missing_rights:
        raise ConfigurationError(
            f"target {target}: role {state.role} lacks rights: "
            + ", ".join(missing.right for missing in state.missing_rights),
            code="missing-right",
            remedy="run as an administrator of the database: "
            + " ".join(missing.sql for missing in state.missing_rights),
            target=target,
            sql=[missing.sql for missing in state.missing_rights],
        )
    if state.read_only:
        raise ConfigurationError(
            f"target {target}: the database takes no writes",
            code="read-only",
            remedy="use the primary's address, not a replica's; a hosted project whose disk is full is "
            "read-only too",
            target=target,
        )
    if state.fence is not None and state.fence.owner != ledger_id and not take_over:
        raise ConfigurationError(
            f"target {target} belongs to the ledger {state.fence.owner}",
            code="adopted-by-another",
            remedy=f"release it there, or run: bascule adopt {target} --take-over",
            target=target,
            owner=state.fence.owner,
        )


def _refuse_a_guess(
    state: AdoptionState, migrations: Sequence[Migration], target: str, baseline: str | None
) -> None:
    versions = Counter(migration.version for migration in migrations)
    twice = sorted(version for version, count in versions.items() if count > 1)
    if twice:
        raise ConfigurationError(
            f"target {target}: more than one file has version {twice[0]}",
            code="duplicate-version",
            remedy="rename all but one of them",
            target=target,
            versions=twice,
        )
    if baseline is not None and baseline != NO_BASELINE and baseline not in versions:
        raise ConfigurationError(
            f"target {target}: no migration has version {baseline}",
            code="unknown-baseline",
            remedy=f"name the version of a file, or {NO_BASELINE} if the database has none of them",
            target=target,
            newest=max(versions, default=None),
        )
    if baseline is None and not state.history and state.user_objects and migrations:
        raise ConfigurationError(
            f"target {target}: the history is empty, but the database holds {state.user_objects} objects, "
            f"among them {', '.join(state.some_user_objects)}",
            code="baseline-needed",
            remedy=f"say which migration it already has: bascule adopt {target} --baseline VERSION "
            f"(the newest file is {max(versions)}; {NO_BASELINE} if it has none of them, which with "
            "--write-baseline also writes down what it has)",
            target=target,
            user_objects=state.user_objects,
            newest=max(versions),
        )
