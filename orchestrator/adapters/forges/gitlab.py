"""GitLab's webhooks: how a delivery is verified, and what it asks for.

A hook shows that it knows the secret by sending it (X-Gitlab-Token), or, with a signing token (`whsec_…`),
by a signature over id, time and body. Which of the two is decided by what is configured here, never by the
sender: once there is a signing token, nothing else is accepted.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Final

from orchestrator.adapters.forges.delivery import ID, ignored, kept, not_signed, required
from orchestrator.adapters.forges.like_github import HEADS, NO_MERGE_COMMIT, NOT_A_BRANCH
from orchestrator.adapters.forges.payload import Payload, malformed
from orchestrator.adapters.forges.senders import lowered, require_sender
from orchestrator.adapters.forges.signature import signed_standard, told
from orchestrator.domain.delivery import signing_key
from orchestrator.domain.errors import PushRejected
from orchestrator.domain.push import Push, PushKind, Receipt

#: how old, or how far ahead, a signed delivery may be
TOLERANCE_SECONDS: Final = 300

_NAME: Final = "GitLab"
_KEPT_HEADERS: Final = (
    "content-type",
    "idempotency-key",
    "user-agent",
    "webhook-id",
    "webhook-timestamp",
    "x-gitlab-event",
    "x-gitlab-event-uuid",
    "x-gitlab-instance",
    "x-gitlab-webhook-uuid",
)
_EVENT: Final = re.compile(r"[A-Za-z][A-Za-z ]{0,63}")
_SECONDS: Final = re.compile(r"[0-9]{1,12}")
_SIGNING: Final = b"whsec_"


class GitLab:
    """Reads what gitlab.com and a GitLab of one's own send. Answers the port Forge."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock

    def receipt(
        self, repository: str, headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes]
    ) -> Receipt:
        """Verify the signature, or the token where no signing token is configured. Raises PushRejected."""
        given = lowered(headers)
        require_sender(given, _NAME, repository)
        if is_signing(secrets):
            self._verify_signature(given, body, secrets)
            # the one that the signature covers
            found = required(given, "webhook-id", ID, _NAME)
        else:
            _verify_token(given, secrets)
            found = _id(given, body)
        return Receipt(
            repository=repository,
            forge="gitlab",
            id=found,
            event=required(given, "x-gitlab-event", _EVENT, _NAME),
            body=body,
            headers=kept(given, _KEPT_HEADERS),
        )

    def pushes(self, receipt: Receipt) -> tuple[Push, ...]:
        """Parse a verified delivery. Raises PushRejected when it is malformed."""
        kind, read = _READERS.get(receipt.event, ("", None))
        if read is None:
            return (ignored(f'The event "{receipt.event}" never deploys.'),)
        payload = Payload.of(receipt.body, receipt.headers.get("content-type", ""))
        # the event's header is not signed, the body is
        if payload.at("object_kind") != kind:
            raise malformed("object_kind is not that of the event")
        return (read(payload),)

    def _verify_signature(self, given: Mapping[str, str], body: bytes, secrets: Sequence[bytes]) -> None:
        sent = given.get("webhook-timestamp", "")
        head = f"{given.get('webhook-id', '')}.{sent}.".encode("latin-1", "backslashreplace")
        if not signed_standard((head, body), given.get("webhook-signature", ""), _keys(secrets)):
            raise not_signed(
                "this one is a signing token (whsec_…): webhook-signature must cover id, time and body."
            )
        at = int(required(given, "webhook-timestamp", _SECONDS, _NAME))
        if abs(self._clock() - at) > TOLERANCE_SECONDS:
            raise PushRejected(
                f"The delivery was signed over {TOLERANCE_SECONDS // 60} minutes ago, or ahead of time.",
                code="delivery-stale",
                remedy="Let both hosts keep the right time (NTP), and send it again from the forge.",
            )


def is_signing(secrets: Sequence[bytes]) -> bool:
    """Tell whether a signing token is configured, so that a plain one is never accepted."""
    return any(secret.startswith(_SIGNING) for secret in secrets)


def _verify_token(given: Mapping[str, str], secrets: Sequence[bytes]) -> None:
    if not told(given.get("x-gitlab-token", ""), secrets):
        raise not_signed("it is sent as X-Gitlab-Token.")


def _keys(secrets: Sequence[bytes]) -> list[bytes]:
    keys = []
    for secret in secrets:
        try:
            keys.append(signing_key(secret.decode("utf-8", "replace")))
        except ValueError:
            continue
    return keys


def _id(given: Mapping[str, str], body: bytes) -> str:
    """Return what stays the same when a delivery is sent again: up to GitLab 17.3 that is event and body."""
    for name in ("idempotency-key", "webhook-id"):
        if name in given:
            return required(given, name, ID, _NAME)
    event = required(given, "x-gitlab-event-uuid", ID, _NAME)
    return f"{event[:60]}-{sha256(body).hexdigest()[:32]}"


def _push(payload: Payload) -> Push:
    """Read a push. That a branch is gone is told by zeros, or by the commit that could be checked out."""
    if not payload.text("ref").startswith(HEADS):
        return ignored(NOT_A_BRANCH)
    branch, commit = payload.branch("ref", prefix=HEADS), payload.commit("after")
    actor = payload.actor(("user_username",), ("user_name",))
    if commit is None:
        return Push(kind=PushKind.DELETION, branch=branch, actor=actor)
    return Push(kind=PushKind.PUSH, branch=branch, commit=commit, actor=actor)


def _tag_push(_: Payload) -> Push:
    return ignored(NOT_A_BRANCH)


def _merge_request(payload: Payload) -> Push:
    """Read a merge request; the push that belongs to its merge comes as well, in either order."""
    if payload.at("object_attributes", "action") != "merge":
        return ignored("Only a merged merge request deploys.")
    branch = payload.branch("object_attributes", "target_branch")
    where = ("object_attributes", "merge_commit_sha")
    # fast-forwarded ones have none
    commit = None if payload.at(*where) is None else payload.commit(*where)
    if commit is None:
        return ignored(NO_MERGE_COMMIT)
    return Push(kind=PushKind.MERGE, branch=branch, commit=commit, actor=payload.actor(("user", "username")))


_READERS: Final = {
    "Push Hook": ("push", _push),
    "Tag Push Hook": ("tag_push", _tag_push),
    "Merge Request Hook": ("merge_request", _merge_request),
}
