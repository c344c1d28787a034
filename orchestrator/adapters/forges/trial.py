"""A delivery that deploys nothing, signed as each forge signs, and what to set at each forge."""

import base64
import hmac
import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from orchestrator.adapters.forges.gitlab import is_signing
from orchestrator.adapters.notify.sending import Sender
from orchestrator.adapters.notify.transport import Transport
from orchestrator.domain.delivery import signing_key
from orchestrator.domain.errors import DeliveryFailed, Unavailable

Headers = dict[str, str]

_BODY: Final = json.dumps({"zen": "A trial of `bascule webhook test`; it deploys nothing."}).encode()
_MOST_WORDS: Final = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """What to fill in where a forge makes a webhook, in its own words."""

    place: str
    content_type: str
    #: what the field for the secret is called
    field: str
    events: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the service answered to a trial."""

    status: int
    took_seconds: float
    #: its words, as far as they are ours
    said: str


_JSON: Final = "application/json"
FORMS: Final[Mapping[str, Form]] = {
    "github": Form(
        place="Settings, Webhooks, Add webhook",
        content_type=f"Content type: {_JSON}",
        field="Secret",
        events="Let me select individual events: Pushes and Pull requests",
    ),
    "gitlab": Form(
        place="Settings, Webhooks, Add new webhook",
        content_type="nothing to set: JSON",
        field="Signing token (begins with whsec_), or Secret token",
        events="Push events and Merge request events",
    ),
    "gitea": Form(
        place="Settings, Webhooks, Add webhook, Gitea",
        content_type=f"POST, content type {_JSON}",
        field="Secret",
        events="Custom events: Push and Pull request",
    ),
    "forgejo": Form(
        place="Settings, Webhooks, Add webhook, Forgejo",
        content_type=f"POST, content type {_JSON}",
        field="Secret",
        events="Custom events: Push and Pull request",
    ),
    "bitbucket": Form(
        place="Repository settings, Webhooks, Add webhook",
        content_type="nothing to set: JSON",
        field="Secret",
        events="Choose from a full list of triggers: Repository push and Pull request merged",
    ),
}


def trial(forge: str, secret: bytes) -> tuple[Headers, bytes]:
    """Return headers and body of a delivery that the forge could have made, signed with this secret."""
    return {"content-type": _JSON, **_SIGNED[forge](secret, str(uuid.uuid4()))}, _BODY


def send(url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Deliver a trial. Raises Unavailable when there was no answer."""
    began = time.monotonic()
    try:
        answer = Sender(url, Transport(public_only=False)).post(body, headers)
    except DeliveryFailed as error:
        raise Unavailable(
            f"no answer from {url}: {error.reason}",
            code="webhook-unreachable",
            remedy="start the service (`bascule up` or `bascule serve`), or name the address with --url",
            url=url,
        ) from error
    took = time.monotonic() - began
    return Answer(status=answer.status_code, took_seconds=took, said=_words(answer.content))


def _words(content: bytes) -> str:
    """Return the note or the message of an answer of ours; empty for a stranger's."""
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    found = fields.get("note") or fields.get("message") if isinstance(fields, dict) else ""
    text = found if isinstance(found, str) else ""
    return "".join(character for character in text if character.isprintable())[:_MOST_WORDS]


def _hex(secret: bytes) -> str:
    return hmac.digest(secret, _BODY, "sha256").hex()


def _github(secret: bytes, delivery: str) -> Headers:
    return {
        "x-github-event": "ping",
        "x-github-delivery": delivery,
        "x-hub-signature-256": f"sha256={_hex(secret)}",
    }


def _gitlab(secret: bytes, delivery: str) -> Headers:
    at = str(int(time.time()))
    common = {"x-gitlab-event": "Ping", "webhook-id": delivery, "webhook-timestamp": at}
    if not is_signing([secret]):
        return {**common, "x-gitlab-token": secret.decode("latin-1")}
    content = f"{delivery}.{at}.".encode() + _BODY
    digest = hmac.digest(signing_key(secret.decode()), content, "sha256")
    return {**common, "webhook-signature": f"v1,{base64.b64encode(digest).decode()}"}


def _like_gitea(name: str) -> Callable[[bytes, str], Headers]:
    def signed(secret: bytes, delivery: str) -> Headers:
        return {
            f"x-{name}-event": "ping",
            f"x-{name}-delivery": delivery,
            f"x-{name}-signature": _hex(secret),
        }

    return signed


def _bitbucket(secret: bytes, delivery: str) -> Headers:
    return {
        "x-event-key": "diagnostics:ping",
        "x-request-uuid": delivery,
        "x-hub-signature": f"sha256={_hex(secret)}",
    }


_SIGNED: Final[Mapping[str, Callable[[bytes, str], Headers]]] = {
    "github": _github,
    "gitlab": _gitlab,
    "gitea": _like_gitea("gitea"),
    "forgejo": _like_gitea("forgejo"),
    "bitbucket": _bitbucket,
}
