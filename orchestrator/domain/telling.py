"""What people are told about an ended deployment."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from orchestrator.domain.deployment import Deployment, Outcome, Stage, StageRun
from orchestrator.domain.difference import headlines
from orchestrator.domain.drift import Drift
from orchestrator.domain.event import EventKind, Message
from orchestrator.domain.finding import Finding, Severity, worst_first

#: changes that a message names; the rest is counted
_CHANGES_TOLD: Final = 10


def message_of(
    ended: Deployment, runs: Sequence[StageRun], kind: EventKind, at: datetime, public_url: str
) -> Message | None:
    """Make the message; None for a success that changed nothing: an empty plan says nothing."""
    gave = {run.stage: run.gave or {} for run in runs}
    if kind is EventKind.SUCCEEDED and Stage.APPLY not in gave:
        return None
    tree = gave.get(Stage.CHECKOUT, {})
    return Message(
        event=kind,
        at=at,
        target=ended.target,
        deployment=ended.id,
        repository=ended.repository,
        branch=ended.branch,
        commit=ended.commit,
        subject=str(tree.get("subject", "")),
        actor=ended.actor or str(tree.get("author", "")),
        cause=ended.cause,
        migrations=_migrations(kind, gave),
        left=_left(kind, gave),
        reasons=tuple(_reasons(ended, runs)),
        remedy=_remedy(ended, runs),
        took_seconds=(at - (ended.started or ended.created)).total_seconds(),
        link=f"{public_url.rstrip('/')}/deployments/{ended.id}" if public_url else "",
    )


def drift_message(target: str, drift: Drift, at: datetime) -> Message:
    """Make the message about a target that somebody else changed; never with a definition."""
    return Message(
        event=EventKind.DRIFTED,
        at=at,
        target=target,
        deployment=None,
        reasons=headlines(drift.changes, _CHANGES_TOLD),
        remedy=drift_remedy(target),
    )


def drift_remedy(target: str) -> str:
    """Say what a person can do about drift."""
    return (
        f"see what it is: bascule drift {target}; then undo it there by hand, or, if it shall stay: "
        f"bascule drift {target} --accept"
    )


def _migrations(kind: EventKind, gave: Mapping[Stage, Mapping[str, Any]]) -> tuple[str, ...]:
    if kind is EventKind.ROLLED_BACK:
        return tuple(gave.get(Stage.ROLLBACK, {}).get("reverted", ()))
    if kind is EventKind.SUCCEEDED:
        return tuple(one["migration"]["version"] for one in gave.get(Stage.APPLY, {}).get("migrations", ()))
    return tuple(one["version"] for one in gave.get(Stage.PLAN, {}).get("pending", ()))


def _left(kind: EventKind, gave: Mapping[Stage, Mapping[str, Any]]) -> tuple[str, ...]:
    """Name what left the branch, as far as that came to anything."""
    if kind is EventKind.SUCCEEDED:
        return tuple(gave.get(Stage.APPLY, {}).get("reverted", ()))
    rollback = gave.get(Stage.ROLLBACK, {})
    return tuple(rollback.get("restored" if kind is EventKind.ROLLED_BACK else "not_restored", ()))


def _remedy(ended: Deployment, runs: Iterable[StageRun]) -> str:
    """Say what to do about what failed; where rules refused, about the worst finding."""
    if ended.failure:
        return ended.failure.remedy
    return next((finding.remedy for run in runs for finding in _errors(run)), "")


def _errors(run: StageRun) -> Iterable[Finding]:
    """Return what rules refused, in a stage that did not pass."""
    if run.outcome in (Outcome.PASSED, Outcome.SKIPPED):
        return ()
    return (finding for finding in worst_first(run.findings) if finding.severity is Severity.ERROR)


def _reasons(ended: Deployment, runs: Iterable[StageRun]) -> Iterable[str]:
    """One line each: what failed first, then what rules saw in the stages that did not pass."""
    if ended.failure:
        yield ended.failure.message
    for run in runs:
        failed = run.outcome not in (Outcome.PASSED, Outcome.SKIPPED)
        if failed and run.failure and run.failure != ended.failure:
            yield run.failure.message
        for finding in _errors(run):
            place = f"{finding.file}:{finding.line}: " if finding.file and finding.line else ""
            yield f"{place}{finding.message}" + (f". {finding.effect}" if finding.effect else "")
