"""Bitbucket Cloud's webhooks: how a delivery is verified, and what it asks for.

One delivery tells of every ref that a push moved.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from orchestrator.adapters.forges.delivery import ID, ignored, kept, not_signed, required
from orchestrator.adapters.forges.like_github import NO_MERGE_COMMIT, NOT_A_BRANCH
from orchestrator.adapters.forges.payload import Payload
from orchestrator.adapters.forges.senders import lowered, require_sender
from orchestrator.adapters.forges.signature import signed_as
from orchestrator.domain.push import Push, PushKind, Receipt

_NAME: Final = "Bitbucket"
_KEPT_HEADERS: Final = (
    "content-type",
    "user-agent",
    "x-attempt-number",
    "x-event-key",
    "x-hook-uuid",
    "x-request-uuid",
)
_EVENT: Final = re.compile(r"[a-z_:]{1,64}")
#: Bitbucket mostly tells the first 12 digits of a merge's commit
_WHOLE_COMMIT: Final = re.compile(r"[0-9a-f]{40}")


class Bitbucket:
    """Reads what bitbucket.org sends. Answers the port Forge."""

    def receipt(
        self, repository: str, headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes]
    ) -> Receipt:
        """Verify X-Hub-Signature over the raw bytes with each active secret. Raises PushRejected."""
        given = lowered(headers)
        require_sender(given, _NAME, repository)
        if not signed_as("sha256", body, given.get("x-hub-signature", ""), secrets):
            raise not_signed("X-Hub-Signature must cover the raw body with sha256.")
        return Receipt(
            repository=repository,
            forge="bitbucket",
            id=required(given, "x-request-uuid", ID, _NAME),
            event=required(given, "x-event-key", _EVENT, _NAME),
            body=body,
            headers=kept(given, _KEPT_HEADERS),
        )

    def pushes(self, receipt: Receipt) -> tuple[Push, ...]:
        """Parse a verified delivery. Raises PushRejected when it is malformed."""
        if receipt.event not in ("repo:push", "pullrequest:fulfilled"):
            return (ignored(f'The event "{receipt.event}" never deploys.'),)
        payload = Payload.of(receipt.body, receipt.headers.get("content-type", ""))
        if receipt.event == "pullrequest:fulfilled":
            return (_merged(payload),)
        actor = payload.actor(("actor", "nickname"), ("actor", "display_name"))
        told = (_change(change, actor) for change in payload.parts("push", "changes"))
        # the same word about ten tags is one word
        return tuple(dict.fromkeys(told)) or (ignored("The push moved no ref."),)


def _change(change: Payload, actor: str) -> Push:
    """Read one ref: `new` is where it stands, and null where it is gone."""
    side = "old" if change.at("new") is None else "new"
    if change.text(side, "type") != "branch":
        return ignored(NOT_A_BRANCH)
    branch = change.branch(side, "name")
    commit = change.commit("new", "target", "hash") if side == "new" else None
    if commit is None:
        return Push(kind=PushKind.DELETION, branch=branch, actor=actor)
    return Push(kind=PushKind.PUSH, branch=branch, commit=commit, actor=actor)


def _merged(payload: Payload) -> Push:
    """Read a merged pull request; the push that belongs to its merge comes as well, in either order."""
    branch = payload.branch("pullrequest", "destination", "branch", "name")
    commit = payload.at("pullrequest", "merge_commit", "hash")
    if not isinstance(commit, str) or not _WHOLE_COMMIT.fullmatch(commit) or not commit.strip("0"):
        return ignored(NO_MERGE_COMMIT)
    actor = payload.actor(("pullrequest", "closed_by", "nickname"), ("actor", "nickname"))
    return Push(kind=PushKind.MERGE, branch=branch, commit=commit, actor=actor)
