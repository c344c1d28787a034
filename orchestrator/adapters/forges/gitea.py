"""Gitea's and Forgejo's webhooks: how a delivery is verified, and what it asks for.

The signature is that of the JSON, also where a form carries it: so a form is read before it is known who sent
it, and only a short one. Without a secret the headers of the signature are there and empty.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from orchestrator.adapters.forges.delivery import ID, ignored, kept, not_signed, required
from orchestrator.adapters.forges.like_github import read_pull_request, read_push
from orchestrator.adapters.forges.payload import Payload, is_form, payload_field
from orchestrator.adapters.forges.senders import lowered, require_sender
from orchestrator.adapters.forges.signature import signed
from orchestrator.domain.errors import PushRejected
from orchestrator.domain.push import Push, Receipt

#: these forges list few commits, so a delivery is a few kB
_LARGEST_FORM: Final = 1024 * 1024
#: behind the mark of the forge
_KEPT: Final = ("delivery", "event", "event-type")
_EVENT: Final = re.compile(r"[a-z_]{1,64}")
_ACTORS: Final = (("pusher", "login"), ("pusher", "username"), ("sender", "login"))


@dataclass(frozen=True, slots=True)
class Gitea:
    """Reads what Gitea sends, or Forgejo, whose headers bear its own name. Answers the port Forge."""

    name: str = "Gitea"

    @property
    def _mark(self) -> str:
        return f"x-{self.name.lower()}-"

    def receipt(
        self, repository: str, headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes]
    ) -> Receipt:
        """Verify the bare hexadecimal signature with each active secret. Raises PushRejected."""
        given = lowered(headers)
        require_sender(given, self.name, repository)
        content_type = given.get("content-type", "")
        payload = _payload(body, content_type)
        if payload is None or not signed(payload, given.get(f"{self._mark}signature", ""), secrets):
            raise not_signed(f"X-{self.name}-Signature must cover the JSON; send it as application/json.")
        return Receipt(
            repository=repository,
            forge=self.name.lower(),
            id=required(given, f"{self._mark}delivery", ID, self.name),
            event=required(given, f"{self._mark}event", _EVENT, self.name),
            body=body,
            headers=kept(given, ("content-type", "user-agent", *map(self._mark.__add__, _KEPT))),
        )

    def pushes(self, receipt: Receipt) -> tuple[Push, ...]:
        """Parse a verified delivery. Raises PushRejected when it is malformed."""
        if receipt.event not in ("push", "pull_request"):
            return (ignored(f'The event "{receipt.event}" never deploys.'),)
        payload = Payload.of(receipt.body, receipt.headers.get("content-type", ""))
        if receipt.event == "pull_request":
            return (read_pull_request(payload),)
        return (read_push(payload, _ACTORS),)


def _payload(body: bytes, content_type: str) -> bytes | None:
    """Return what the signature covers; None for a form that is none, or that is too long to look into."""
    if not is_form(content_type):
        return body
    if len(body) > _LARGEST_FORM:
        return None
    try:
        return payload_field(body)
    except PushRejected:
        return None
