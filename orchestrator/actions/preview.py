"""What a deployment would do, minus the doing: the same stages, nothing recorded, nothing applied."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from orchestrator.domain.deployment import Cause, Deployment, DeploymentId, Stage, Status
from orchestrator.domain.dropped import Counted
from orchestrator.domain.errors import MigrationRefused
from orchestrator.domain.finding import Finding, Verdict, verdict_of
from orchestrator.domain.migration import Migration, checksum
from orchestrator.domain.plan import Hold, Leaving, Plan, Tree
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import ContentStore, Git, Kept, Linter, Targets
from orchestrator.stages import checkout, departure, plan, validate
from orchestrator.steps.leaving import stakes_of, what_leaves


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What would happen."""

    verdict: Verdict
    commit: str
    #: what is undone first, because its files left the branch; newest first
    leaving: tuple[Leaving, ...]
    #: live rows and values that this would drop and that it did not write: then it is refused
    at_stake: tuple[Counted, ...]
    pending: tuple[Migration, ...]
    applied: int
    findings: tuple[Finding, ...]


class Memory:
    """What the ledger would keep, for the length of one preview."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._contents: dict[str, bytes] = {}

    def keep(self, contents: Sequence[bytes]) -> None:
        """Remember contents by their sha256."""
        self._contents |= {checksum(content): content for content in contents}

    def content(self, sha256s: Sequence[str]) -> dict[str, bytes]:
        """Return them."""
        return {sha256: self._contents[sha256] for sha256 in sha256s}


def preview(
    policy: TargetPolicy,
    commit: str,
    *,
    git: Git,
    targets: Targets,
    linter: Linter,
    recorded: dict[str, str],
    holds: tuple[Hold, ...],
    kept: Kept | None = None,
    is_head: bool = True,
) -> Preview:
    """Hold a commit against a target. Without a ledger (`kept`) nothing that left the branch is undone.

    `is_head`: it is what the branch holds, not what a person named. Raises MigrationRefused, Unavailable,
    ConfigurationError.
    """
    memory = Memory()
    tree, seen = tree_of(policy, commit, git, memory)
    with targets.reading(policy.name) as reader:
        leaves = what_leaves(tree, policy, reader=reader, kept=kept, is_head=is_head) if kept else None
        planned = plan.run(
            tree,
            departure=leaves,
            history=reader.history(),
            recorded=recorded,
            holds=holds,
            policy=policy,
            contents=memory.content,
        )
        pending = planned.gave or Plan()
        files = [file for one in pending.pending for file in (one.file, one.rollback) if file]
        contents = memory.content([file.sha256 for file in files])
        counted: tuple[Counted, ...] = ()
        if kept and pending.leaving:
            contents |= kept.content(
                [file.sha256 for one in pending.left for file in (one.file, one.rollback) if file]
            )
            reverts = departure.reverts_of(pending, contents)
            counted = stakes_of(pending, target=policy.name, reader=reader, kept=kept).count(reverts)
        judged = validate.run(
            pending,
            contents=contents,
            policy=policy,
            linter=linter,
            reader=reader,
        )
    findings = (*seen, *planned.findings, *judged.findings)
    return Preview(
        verdict=Verdict.REFUSE if counted else verdict_of(findings),
        commit=commit,
        leaving=pending.leaving,
        at_stake=counted,
        pending=pending.pending,
        applied=pending.applied,
        findings=findings,
    )


def tree_of(
    policy: TargetPolicy, commit: str, git: Git, contents: ContentStore
) -> tuple[Tree, tuple[Finding, ...]]:
    """Read the SQL of a commit, with what is wrong with its files. Raises MigrationRefused, Unavailable."""
    done = checkout.run(
        _imagined(policy, commit), policy, git=git, kept=contents, now=datetime.now(UTC), confirm_head=False
    )
    if isinstance(done, checkout.HeadMoved | checkout.NotYet) or done.gave is None:
        raise MigrationRefused(
            f"{policy.repository} does not have commit {commit} on {policy.branch}",
            code="commit-vanished",
            # no word of pushing: what is pushed there is deployed
            remedy=f"only commits of {policy.branch}, the branch that {policy.name} follows, can be"
            f" looked at; others in a checkout: bascule validate --target {policy.name}",
        )
    return done.gave, done.findings


def _imagined(policy: TargetPolicy, commit: str) -> Deployment:
    now = datetime.now(UTC)
    return Deployment(
        id=DeploymentId(0),
        target=policy.name,
        repository=policy.repository,
        branch=policy.branch,
        commit=commit,
        cause=Cause.OPERATOR,
        actor="",
        status=Status.WAITING,
        waiting_for=None,
        stage=Stage.CHECKOUT,
        attempts=0,
        created=now,
        stage_entered=now,
    )
