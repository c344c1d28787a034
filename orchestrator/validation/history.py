"""Decide what is pending, and what is wrong: the files of a commit against the history of a target."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from orchestrator.domain.finding import worst_first
from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.plan import Departure, HistoryRow, Hold, Plan, Tree
from orchestrator.domain.rollback_files import Pairing
from orchestrator.domain.target import TargetPolicy
from orchestrator.validation.comparison import Comparison
from orchestrator.validation.rules import PLAN_RULES


def migrations_of(tree: Tree) -> tuple[Migration, ...]:
    """Return the files that the Supabase CLI takes for migrations, without their rollbacks."""
    return tuple(migration for file in tree.migrations if (migration := Migration.of(file)))


def make_plan(
    tree: Tree,
    pairing: Pairing,
    *,
    history: Sequence[HistoryRow],
    recorded: Mapping[str, str],
    holds: Sequence[Hold],
    policy: TargetPolicy,
    departure: Departure | None = None,
    contents: Callable[[list[str]], Mapping[str, bytes]] | None = None,
) -> Plan:
    """Hold the files against the history; `recorded` are the checksums of what was applied, by version.

    `departure` says what is undone because its files left. `contents` is asked only to say how a file was
    edited; KeyError where one is not known.
    """
    comparison = Comparison(
        policy=policy,
        pairing=pairing,
        skipped=_skipped(tree, pairing),
        history=frozenset(row.version for row in history),
        recorded=recorded,
        holds=tuple(holds),
        departure=departure,
        contents=contents,
    )
    return Plan(
        leaving=departure.leaving if departure else (),
        later=departure.later if departure else (),
        pending=comparison.pending,
        applied=len(comparison.migrations) - len(comparison.pending),
        gone=tuple(sorted(recorded.keys() - comparison.history)),
        findings=worst_first(chain.from_iterable(rule.check(comparison) for rule in PLAN_RULES)),
    )


def _skipped(tree: Tree, pairing: Pairing) -> tuple[SqlFile, ...]:
    taken = {migration.file.path for migration in pairing.migrations}
    return tuple(file for file in tree.migrations if file.path not in taken)
