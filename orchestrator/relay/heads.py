"""Finds the pushes of which no webhook told: compares each followed branch's head with the ledger."""

import threading
from collections.abc import Mapping

import structlog

from orchestrator.domain.deployment import Cause, DeploymentId
from orchestrator.domain.errors import BasculeError
from orchestrator.domain.push import Request
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Git, Outbox

log = structlog.get_logger()


class HeadWatch:
    """One thread's work: at start and on schedule, ask each repository for the heads of its branches."""

    def __init__(
        self, outbox: Outbox, git: Git, policies: Mapping[str, TargetPolicy], *, every_seconds: float
    ) -> None:
        """Take what to compare; a repository that hangs delays a round by its time limit, once."""
        self._outbox = outbox
        self._git = git
        self._policies = policies
        self._every_seconds = every_seconds

    def run(self, stop: threading.Event) -> None:
        """Look until told to stop."""
        while not stop.is_set():
            try:
                self.round(stop)
            except BasculeError as problem:
                log.warning("cannot compare heads", code=problem.code, problem=problem.message)
            stop.wait(self._every_seconds)

    def round(self, stop: threading.Event) -> tuple[DeploymentId, ...]:
        """Compare every adopted target once; returns the deployments that were made."""
        heads = _Heads(self._git)
        made = []
        for target, known in self._outbox.followed_heads().items():
            policy = self._policies.get(target)
            if policy is None or stop.is_set():
                continue
            head = heads.of(policy.repository, policy.branch)
            if head is not None and head != known:
                made.append(self._ask(policy, head))
        return tuple(made)

    def _ask(self, policy: TargetPolicy, head: str) -> DeploymentId:
        deployment = self._outbox.ask(
            Request(
                target=policy.name,
                repository=policy.repository,
                branch=policy.branch,
                commit=head,
                cause=Cause.RECONCILIATION,
                actor="",
            )
        )
        log.info("found by reconciliation", target=policy.name, commit=head, deployment=deployment)
        return deployment


class _Heads:
    """The heads of one round: each branch is asked for once, a repository that is away no more."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._told: dict[tuple[str, str], str | None] = {}
        self._away: set[str] = set()

    def of(self, repository: str, branch: str) -> str | None:
        """Return a branch's head; None where there is none or the repository does not say."""
        branch_of = (repository, branch)
        if branch_of not in self._told and repository not in self._away:
            try:
                self._told[branch_of] = self._git.head(repository, branch)
            except BasculeError as problem:
                log.warning("cannot ask for the head", repository=repository, problem=problem.message)
                self._away.add(repository)
        return self._told.get(branch_of)
