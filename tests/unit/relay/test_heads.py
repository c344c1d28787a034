import threading
from collections import Counter

import pytest

from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.errors import Unavailable
from orchestrator.domain.push import Request
from orchestrator.domain.target import TargetPolicy
from orchestrator.relay import heads
from orchestrator.relay.heads import HeadWatch
from tests.support.service import eventually

A, B = "a" * 40, "b" * 40


class Asked:
    """The two questions of the port Outbox that the head watch asks."""

    def __init__(self, known: dict[str, str | None]) -> None:
        self.known = known
        self.requests: list[Request] = []

    def followed_heads(self) -> dict[str, str | None]:
        return self.known

    def ask(self, request: Request) -> DeploymentId:
        self.requests.append(request)
        return DeploymentId(len(self.requests))


class Remotes:
    """The port Git's `head`, with repositories that may be away."""

    def __init__(self, heads: dict[tuple[str, str], str]) -> None:
        self.heads = heads
        self.away: set[str] = set()
        self.questions: Counter[tuple[str, str]] = Counter()

    def head(self, repository: str, branch: str) -> str | None:
        self.questions[repository, branch] += 1
        if repository in self.away:
            raise Unavailable(f"{repository} is away")
        return self.heads.get((repository, branch))


FOLLOWING = {
    "staging": ("app", "staging"),
    "production": ("app", "main"),
    "copy": ("app", "main"),
    "billing": ("other", "main"),
}
POLICIES = {
    name: TargetPolicy(name=name, repository=repository, branch=branch)
    for name, (repository, branch) in FOLLOWING.items()
}


@pytest.fixture
def outbox() -> Asked:
    return Asked(dict.fromkeys(FOLLOWING, A))


@pytest.fixture
def git() -> Remotes:
    return Remotes(dict.fromkeys(FOLLOWING.values(), B))


def look(outbox: Asked, git: Remotes) -> list[str]:
    """Do one round; return the targets for which a deployment was asked."""
    outbox.requests.clear()
    HeadWatch(outbox, git, POLICIES, every_seconds=1).round(threading.Event())  # type: ignore[arg-type]
    return sorted(request.target for request in outbox.requests)


def test_each_branch_is_asked_for_once_in_a_round_and_again_in_the_next(outbox, git):
    assert look(outbox, git) == ["billing", "copy", "production", "staging"]
    assert git.questions == dict.fromkeys(set(FOLLOWING.values()), 1)
    look(outbox, git)
    assert git.questions == dict.fromkeys(set(FOLLOWING.values()), 2)


def test_a_repository_that_is_away_is_asked_once_in_a_round_and_holds_up_no_other(outbox, git):
    git.away = {"app"}
    assert look(outbox, git) == ["billing"]
    assert sum(git.questions.values()) == 2
    git.away.clear()
    assert look(outbox, git) == ["billing", "copy", "production", "staging"]


def test_a_repository_that_hangs_holds_up_no_other_and_is_not_asked_again_before_it_has_answered(
    outbox, git, monkeypatch
):
    monkeypatch.setattr(heads, "_PATIENCE_SECONDS", 0.2)
    answering = threading.Event()
    ask = git.head

    def head(repository, branch):
        if repository == "app":
            answering.wait(10)
        return ask(repository, branch)

    git.head = head
    watch, stop = HeadWatch(outbox, git, POLICIES, every_seconds=1), threading.Event()
    watch.round(stop)
    watch.round(stop)
    assert [request.target for request in outbox.requests] == ["billing", "billing"]
    answering.set()
    eventually(lambda: sum(git.questions.values()) == 4, what="the answer of the one that hung")
    outbox.requests.clear()
    watch.round(stop)
    assert {request.target for request in outbox.requests} == {"billing", "copy", "production", "staging"}
    assert git.questions["app", "staging"] == git.questions["app", "main"] == 1


def test_a_branch_that_is_gone_asks_for_nothing_and_is_asked_for_once(outbox, git):
    del git.heads["app", "main"]
    assert look(outbox, git) == ["billing", "staging"]
    assert git.questions["app", "main"] == 1


def test_a_head_that_is_known_asks_for_nothing(outbox, git):
    outbox.known["copy"] = B
    assert look(outbox, git) == ["billing", "production", "staging"]


def test_a_target_that_the_settings_no_longer_name_is_left_alone(outbox, git):
    outbox.known = {"old": A}
    assert look(outbox, git) == []
    assert not git.questions


def test_a_round_ends_early_when_it_is_told_to_stop(outbox, git):
    stop = threading.Event()
    stop.set()
    assert HeadWatch(outbox, git, POLICIES, every_seconds=1).round(stop) == ()  # type: ignore[arg-type]
    assert not git.questions
