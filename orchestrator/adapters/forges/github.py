"""GitHub's webhooks: how a delivery is verified, and what it asks for.

The signature covers the raw body, for forms too, and no timestamp: a replay is recognised by the id of the
delivery, which stays the same in a redelivery.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from orchestrator.adapters.forges.delivery import ID, ignored, kept, not_signed, required
from orchestrator.adapters.forges.like_github import read_pull_request, read_push
from orchestrator.adapters.forges.payload import Payload
from orchestrator.adapters.forges.senders import lowered, require_sender
from orchestrator.adapters.forges.signature import signed_as
from orchestrator.domain.push import Push, Receipt

_NAME: Final = "GitHub"
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
_EVENT: Final = re.compile(r"[a-z_]{1,64}")


class GitHub:
    """Reads what github.com and GitHub Enterprise Server send. Answers the port Forge."""

    def receipt(
        self, repository: str, headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes]
    ) -> Receipt:
        """Verify X-Hub-Signature-256 over the raw bytes with each active secret. Raises PushRejected."""
        given = lowered(headers)
        require_sender(given, _NAME, repository)
        # sha1 alone is not accepted
        if not signed_as("sha256", body, given.get("x-hub-signature-256", ""), secrets):
            raise not_signed("X-Hub-Signature-256 must cover the raw body.")
        return Receipt(
            repository=repository,
            forge="github",
            id=required(given, "x-github-delivery", ID, _NAME),
            event=required(given, "x-github-event", _EVENT, _NAME),
            body=body,
            headers=kept(given, _KEPT_HEADERS),
        )

    def pushes(self, receipt: Receipt) -> tuple[Push, ...]:
        """Parse a verified delivery. Raises PushRejected when it is malformed."""
        read = _READERS.get(receipt.event)
        if read is None:
            return (ignored(f'The event "{receipt.event}" never deploys.'),)
        return (read(Payload.of(receipt.body, receipt.headers.get("content-type", ""))),)


def _push(payload: Payload) -> Push:
    return read_push(payload, (("pusher", "name"), ("sender", "login")))


def _ping(payload: Payload) -> Push:
    insecure = payload.at("hook", "config", "insecure_ssl") in ("1", 1, True)
    warning = " Warning: this hook does not verify TLS certificates; switch that on." if insecure else ""
    return ignored(f"The hook works.{warning}")


_READERS: Final = {"push": _push, "pull_request": read_pull_request, "ping": _ping}
