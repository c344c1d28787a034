"""Finds the pushes of which no webhook told: compares each followed branch's head with the ledger."""

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final

import structlog

from orchestrator.domain.deployment import Cause, DeploymentId
from orchestrator.domain.errors import BasculeError
from orchestrator.domain.push import Request
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Git, Outbox

log = structlog.get_logger()

#: repositories that are asked at once
_SIDE_BY_SIDE: Final = 8
#: a round waits no longer for an answer; one that comes later counts in the next round
_PATIENCE_SECONDS: Final = 5.0

#: the heads of a repository's branches, as far as it told them; None: there is no such branch
Heads = Mapping[str, str | None]


class HeadWatch:
    """One thread's work: at start and on schedule, ask each repository for the heads of its branches.

    Repositories are asked side by side, so that one that hangs delays none of the others; it is not asked
    again before it has answered. An answer that comes late may be an old head: checkout asks once more.
    """

    def __init__(
        self, outbox: Outbox, git: Git, policies: Mapping[str, TargetPolicy], *, every_seconds: float
    ) -> None:
        """Take what to compare."""
        self._outbox = outbox
        self._git = git
        self._policies = policies
        self._every_seconds = every_seconds
        self._pool = ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="head")
        self._under_way: dict[Future[Heads], str] = {}

    def run(self, stop: threading.Event) -> None:
        """Look until told to stop."""
        while not stop.is_set():
            try:
                self.round(stop)
            except BasculeError as problem:
                log.warning("cannot compare heads", code=problem.code, problem=problem.message)
            stop.wait(self._every_seconds)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def round(self, stop: threading.Event) -> tuple[DeploymentId, ...]:
        """Compare every adopted target once; returns the deployments that were made."""
        known = self._outbox.followed_heads()
        followed = [self._policies[target] for target in known if target in self._policies]
        if stop.is_set():
            return ()
        asked = set(self._under_way.values())
        for repository in dict.fromkeys(policy.repository for policy in followed):
            if repository not in asked:
                branches = {policy.branch: None for policy in followed if policy.repository == repository}
                self._under_way[self._pool.submit(self._heads_of, repository, tuple(branches))] = repository
        return tuple(
            self._ask(policy, head)
            for repository, heads in self._answers(stop)
            for policy in followed
            if policy.repository == repository
            and (head := heads.get(policy.branch)) is not None
            and head != known[policy.name]
        )

    def _answers(self, stop: threading.Event) -> Iterator[tuple[str, Heads]]:
        """Yield what repositories tell, as it comes in, until all have told or none does any more."""
        while self._under_way and not stop.is_set():
            done, _ = wait(self._under_way, timeout=_PATIENCE_SECONDS, return_when=FIRST_COMPLETED)
            if not done:
                return
            for each in done:
                yield self._under_way.pop(each), each.result()

    def _heads_of(self, repository: str, branches: tuple[str, ...]) -> Heads:
        """Ask for each branch once; a repository that is away is asked no more."""
        told: dict[str, str | None] = {}
        for branch in branches:
            try:
                told[branch] = self._git.head(repository, branch)
            except BasculeError as problem:
                log.warning("cannot ask for the head", repository=repository, problem=problem.message)
                break
        return told

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
