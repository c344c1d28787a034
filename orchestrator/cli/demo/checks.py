"""What came of a push, held against what the story tells."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.cli.demo.acts import Push
from orchestrator.cli.demo.databases import Snapshot
from orchestrator.cli.words import count
from orchestrator.domain.deployment import Deployment, Stage, StageRun, Status
from orchestrator.domain.errors import Failure
from orchestrator.domain.finding import Severity
from orchestrator.domain.plan import Hold
from orchestrator.domain.rehearsal import RollbackVerdict


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that was looked at afterwards."""

    holds: bool
    #: what is so, or what should be and what is
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Aftermath:
    """Everything that is known once a deployment has ended."""

    ended: Deployment
    runs: Sequence[StageRun]
    before: Snapshot
    after: Snapshot
    holds: Sequence[Hold]
    #: the target whose schema is to be the same, where the story says so
    other: Snapshot | None = None
    #: what the channel was told
    headline: str | None = None


def checks(push: Push, seen: Aftermath) -> Iterator[Check]:
    """Hold the aftermath against the story, one check at a time."""
    yield _check(
        seen.ended.status is push.status,
        f"ended {_spoken(push.status)}",
        f"should have ended {_spoken(push.status)}, but {_spoken(seen.ended.status)}",
    )
    if push.because:
        found = set(_reasons(seen.runs))
        missing = [reason for reason in push.because if reason not in found]
        why = ", ".join(push.because)
        yield _check(
            not missing, f"for the right reason: {why}", f"should name {why}, but named {_listed(found)}"
        )
    yield from _said(push, seen.runs)
    if push.proven:
        yield _proven(push.proven, seen.runs)
    if push.status is Status.REFUSED:
        yield from _refused(seen.runs)
    if push.leaves_no_trace:
        yield _unchanged(seen.before, seen.after)
    yield _check(
        seen.after.history == push.history,
        f"{push.target} has {len(push.history)} migrations, {push.history[-1]} is the newest",
        f"{push.target} should have {_listed(push.history)}, but has {_listed(seen.after.history)}",
    )
    yield from _held(push, seen)
    if seen.other is not None:
        yield _check(
            seen.other.fingerprint == seen.after.fingerprint,
            f"the same schema as {push.same_as}: {seen.after.facts} facts agree",
            f"its schema differs from {push.same_as}",
        )
    told = seen.headline or ""
    yield _check(
        told.startswith(f"{push.target}: {_spoken(push.status)}"),
        f"Slack was told: “{told}”",
        f"Slack should have been told, but heard: {told or 'nothing'}",
    )


def _said(push: Push, runs: Iterable[StageRun]) -> Iterator[Check]:
    """Look at what was said beside the reasons."""
    said = {finding.rule for run in runs for finding in run.findings}
    if push.exemplary:
        yield _check(not said, "no rule had anything to say, not even a note", f"{_listed(said)} spoke up")
    for rule in push.noted:
        seen = {one.severity for run in runs for one in run.findings if one.rule == rule}
        yield _check(
            seen == {Severity.NOTE},
            f"only noted: {rule}",
            f"{rule} should be a note, but is {_listed(seen)}",
        )


def _proven(versions: Sequence[str], runs: Iterable[StageRun]) -> Check:
    """Look whether the rehearsal came to the verdict that these can be taken back."""
    gave: Any = next((run.gave for run in runs if run.stage is Stage.REHEARSE and run.gave), {})
    ways = {way["version"] for way in gave.get("rollbacks", ()) if way["verdict"] == RollbackVerdict.PROVEN}
    unproven = [version for version in versions if version not in ways]
    return _check(
        not unproven,
        f"rehearsed on a copy: {count(len(versions), 'rollback')} proven",
        f"the rehearsal should have proven the rollbacks of {_listed(unproven)}",
    )


def _refused(runs: Iterable[StageRun]) -> Iterator[Check]:
    """Look whether nothing was begun, and whether everybody is told where to go on."""
    begun = any(run.stage is Stage.APPLY for run in runs)
    yield _check(not begun, "nothing was begun on the target", "a migration was begun")
    errors = [one for run in runs for one in run.findings if one.severity is Severity.ERROR]
    lost = {one.rule for one in errors if not ((one.file or one.object) and one.remedy)}
    yield _check(
        not lost,
        "told with its place and the way out" if len(errors) == 1 else "each with its place and the way out",
        f"{_listed(lost)} should name place and way out",
    )


def _held(push: Push, seen: Aftermath) -> Iterator[Check]:
    held = {version for hold in seen.holds for version, _ in hold.members}
    yield _check(
        held == set(push.held),
        f"not to be tried again unchanged: {_listed(push.held)}" if push.held else "nothing is held back",
        f"held back should be {_listed(push.held)}, but {_listed(held)} is",
    )


def _unchanged(before: Snapshot, after: Snapshot) -> Check:
    parts = {
        "facts": before.fingerprint == after.fingerprint,
        "history": before.history == after.history,
        "pg_dump": before.dump == after.dump,
    }
    return _check(
        all(parts.values()),
        f"exactly as before: {after.facts} facts, the history, and pg_dump with all rows",
        f"not as before: {_listed(name for name, same in parts.items() if not same)} differ",
    )


def _reasons(runs: Iterable[StageRun]) -> Iterator[str]:
    """Return every code by which something was refused or failed."""
    for run in runs:
        if run.failure is not None:
            yield from _codes(run.failure)
        for finding in run.findings:
            if finding.severity is Severity.ERROR:
                yield finding.rule


def _codes(failure: Failure) -> Iterator[str]:
    yield failure.code
    yield str(failure.nouns.get("sqlstate", ""))


def _check(holds: bool, right: str, wrong: str) -> Check:  # noqa: FBT001 - what was compared
    return Check(holds=holds, words=right if holds else wrong)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(filter(None, words))) or "nothing"


def _spoken(status: str) -> str:
    return status.replace("_", " ")
