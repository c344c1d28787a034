"""GitHub's webhooks: how a delivery is verified, and what it asks for.

The signature covers the raw body, for forms too, and no timestamp: a replay is recognised by the id of the
delivery, which stays the same in a redelivery.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from orchestrator.adapters.forges.payload import Payload
from orchestrator.adapters.forges.senders import lowered, sender
from orchestrator.adapters.forges.signature import signed
from orchestrator.domain.errors import PushRejected
from orchestrator.domain.push import Push, PushKind, Receipt

_KEPT_HEADERS: Final = (
    "content-type",
    "user-agent",
    "x-github-delivery",
    "x-github-enterprise-version",
    "x-github-event",
    "x-github-hook-id",
    "x-github-hook-installation-target-id",
    "x-github-hook-installation-target-type",
)
_KEPT_LENGTH: Final = 200
_HEADS: Final = "refs/heads/"
_EVENT: Final = re.compile(r"[a-z_]{1,64}")
_DELIVERY: Final = re.compile(r"[A-Za-z0-9-]{1,100}")


class GitHub:
    """Reads what github.com and GitHub Enterprise Server send. Answers the port Forge."""

    def receipt(
        self, repository: str, headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes]
    ) -> Receipt:
        """Verify X-Hub-Signature-256 over the raw bytes with each active secret. Raises PushRejected."""
        given = lowered(headers)
        _require_github(given)
        scheme, _, digest = given.get("x-hub-signature-256", "").partition("=")
        # one refusal for every reason, so that a stranger learns nothing; sha1 alone is not accepted
        if not signed(body, digest, secrets) or scheme != "sha256":
            raise _not_signed()
        return Receipt(
            repository=repository,
            forge="github",
            id=_required(given, "x-github-delivery", _DELIVERY),
            event=_required(given, "x-github-event", _EVENT),
            body=body,
            headers={name: _storable(given[name]) for name in _KEPT_HEADERS if name in given},
        )

    def pushes(self, receipt: Receipt) -> tuple[Push, ...]:
        """Parse a verified delivery. Raises PushRejected when it is malformed."""
        read = _READERS.get(receipt.event)
        if read is None:
            return (_ignored(f'The event "{receipt.event}" never deploys.'),)
        return (read(Payload.of(receipt.body, receipt.headers.get("content-type", ""))),)


def _push(payload: Payload) -> Push:
    """Read a push: a branch was moved, created, forced or deleted."""
    ref = payload.text("ref")
    if not ref.startswith(_HEADS):
        return _ignored("Only branches deploy; this ref is none.")
    branch, commit = payload.branch("ref", prefix=_HEADS), payload.commit("after")
    actor = payload.actor(("pusher", "name"), ("sender", "login"))
    if commit is None or payload.at("deleted") is True:
        return Push(kind=PushKind.DELETION, branch=branch, actor=actor)
    return Push(kind=PushKind.PUSH, branch=branch, commit=commit, actor=actor)


def _pull_request(payload: Payload) -> Push:
    """Read a pull request; the push that belongs to its merge comes as well, in either order."""
    if payload.at("action") != "closed" or payload.at("pull_request", "merged") is not True:
        return _ignored("Only a merged pull request deploys.")
    branch = payload.branch("pull_request", "base", "ref")
    where = ("pull_request", "merge_commit_sha")
    commit = None if payload.at(*where) is None else payload.commit(*where)
    if commit is None:
        return _ignored("The merge names no commit; the push that belongs to it does.")
    actor = payload.actor(("pull_request", "merged_by", "login"), ("sender", "login"))
    return Push(kind=PushKind.MERGE, branch=branch, commit=commit, actor=actor)


def _ping(payload: Payload) -> Push:
    insecure = payload.at("hook", "config", "insecure_ssl") in ("1", 1, True)
    warning = " Warning: this hook does not verify TLS certificates; switch that on." if insecure else ""
    return _ignored(f"The hook works.{warning}")


_READERS: Final = {"push": _push, "pull_request": _pull_request, "ping": _ping}


def _ignored(note: str) -> Push:
    return Push(kind=PushKind.IGNORED, note=note)


def _require_github(given: Mapping[str, str]) -> None:
    forge = sender(given)
    if forge not in (None, "GitHub"):
        raise PushRejected(
            f"This delivery comes from {forge}, but the repository is configured for GitHub.",
            code="other-forge",
            remedy=f"Only GitHub's webhooks are understood so far; {forge}'s branches are still found by"
            " looking at the repository every few minutes.",
            forge=forge,
        )


def _not_signed() -> PushRejected:
    return PushRejected(
        "The delivery is not signed, or not with a secret of this repository.",
        code="signature",
        remedy="Set the webhook's secret on the forge to one listed in webhook_secret of this repository;"
        " X-Hub-Signature-256 must cover the raw body.",
    )


def _required(given: Mapping[str, str], name: str, pattern: re.Pattern[str]) -> str:
    value = given.get(name, "")
    if not pattern.fullmatch(value):
        raise PushRejected(
            f"The header {name} is missing or not what GitHub sends.",
            code="not-a-delivery",
            remedy="Send the delivery as the forge made it, with all its headers.",
            header=name,
        )
    return value


def _storable(value: str) -> str:
    return "".join(character for character in value if character.isprintable())[:_KEPT_LENGTH]
