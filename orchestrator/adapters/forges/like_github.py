"""Payloads as GitHub shapes them; Gitea and Forgejo took its shapes over."""

from collections.abc import Sequence
from typing import Final

from orchestrator.adapters.forges.delivery import ignored
from orchestrator.adapters.forges.payload import Payload
from orchestrator.domain.push import Push, PushKind

HEADS: Final = "refs/heads/"
NOT_A_BRANCH: Final = "Only branches deploy; this ref is none."
NOT_MERGED: Final = "Only a merged pull request deploys."
NO_MERGE_COMMIT: Final = "The merge names no commit; the push that belongs to it does."


def read_push(payload: Payload, actors: Sequence[tuple[str, ...]]) -> Push:
    """Read a push: a branch was moved, created, forced or deleted. Raises PushRejected."""
    if not payload.text("ref").startswith(HEADS):
        return ignored(NOT_A_BRANCH)
    branch, commit = payload.branch("ref", prefix=HEADS), payload.commit("after")
    actor = payload.actor(*actors)
    if commit is None or payload.at("deleted") is True:
        return Push(kind=PushKind.DELETION, branch=branch, actor=actor)
    return Push(kind=PushKind.PUSH, branch=branch, commit=commit, actor=actor)


def read_pull_request(payload: Payload) -> Push:
    """Read a pull request; the push that belongs to its merge comes as well, in either order."""
    if payload.at("action") != "closed" or payload.at("pull_request", "merged") is not True:
        return ignored(NOT_MERGED)
    branch = payload.branch("pull_request", "base", "ref")
    where = ("pull_request", "merge_commit_sha")
    commit = None if payload.at(*where) is None else payload.commit(*where)
    if commit is None:
        return ignored(NO_MERGE_COMMIT)
    actor = payload.actor(("pull_request", "merged_by", "login"), ("sender", "login"))
    return Push(kind=PushKind.MERGE, branch=branch, commit=commit, actor=actor)
