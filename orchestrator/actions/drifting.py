"""Comparing a target with what is on record for it, and accepting what somebody changed."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from orchestrator.catalog import facts
from orchestrator.catalog.drift import drift_of
from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.drift import Drift, Watched
from orchestrator.domain.errors import BasculeError, ConfigurationError, Unavailable
from orchestrator.domain.facts import Facts
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import ContentStore, Targets, Watching

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """A target as it is, beside what is on record for it."""

    target: str
    watched: Watched
    now: Facts
    drift: Drift


def compare(target: str, *, targets: Targets, contents: ContentStore, watching: Watching) -> Compared:
    """Look at a target and compare. Changes nothing.

    Raises ConfigurationError for a target that is not adopted; Unavailable while a deployment runs there:
    what that changes is no drift.
    """
    watched = watching.watched(target)
    if not watched.adopted:
        raise ConfigurationError(
            f"nobody has adopted {target}",
            code="not-adopted",
            remedy=f"run: bascule adopt {target}",
            target=target,
        )
    if watched.running is not None:
        raise _busy(target, watched.running)
    compared = _read(target, watched, targets=targets, contents=contents)
    again = watching.watched(target)
    if again != watched:
        raise _busy(target, again.running)
    return compared


def accept(compared: Compared, *, contents: ContentStore, watching: Watching, actor: str) -> None:
    """Put on record that a target shall be as it was seen. Raises Unavailable if it was deployed to since."""
    kept = facts.keep(compared.now, contents)
    target, watched = compared.target, compared.watched
    if not watching.accept(target, kept, compared.drift, since=watched, actor=actor):
        raise _busy(target, watching.watched(target).running)


def look(
    target: str,
    *,
    policies: Mapping[str, TargetPolicy],
    targets: Targets,
    contents: ContentStore,
    watching: Watching,
) -> None:
    """Compare and tell of a drift that is new; on schedule, so what is in the way is left for next time."""
    watched = watching.watched(target)
    idle = watched.adopted and watched.running is None and watched.closed_by is None
    if target not in policies or not idle or watched.facts is None:
        return
    try:
        drift = _read(target, watched, targets=targets, contents=contents).drift
    except BasculeError as problem:
        log.warning("cannot look for drift", target=target, code=problem.code, problem=problem.message)
        return
    if drift.unknown:
        log.info("nobody can tell whether a target has drifted", target=target, why=drift.unknown)
    elif watching.saw(target, drift, since=watched) and drift.changes:
        log.info("drifted", target=target, changes=len(drift.changes))


def _read(target: str, watched: Watched, *, targets: Targets, contents: ContentStore) -> Compared:
    with targets.reading(target) as reader, reader.asking() as database:
        now = facts.read(database)
    recorded = contents.content([watched.facts])[watched.facts] if watched.facts else None
    return Compared(target=target, watched=watched, now=now, drift=drift_of(recorded, now))


def _busy(target: str, running: DeploymentId | None) -> Unavailable:
    wait = f"wait for it: bascule logs {running} -f" if running else "ask again"
    return Unavailable(
        f"a deployment changes {target} right now: what it changes is no drift",
        code="target-busy",
        remedy=wait,
        target=target,
    )
