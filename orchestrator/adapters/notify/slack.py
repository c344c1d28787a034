"""Slack's incoming webhook."""

import json
import re

import httpx

from orchestrator.adapters.notify.sending import Sender, not_accepted
from orchestrator.adapters.notify.slack_message import payload
from orchestrator.adapters.notify.transport import Transport
from orchestrator.domain.event import Notification

_OK = 200
#: client errors that pass: a time-out, "too early", too many at once
_PASSING = frozenset({408, 425, 429})
#: Slack's one-word answers, such as no_service
_WORD = re.compile(r"[a-z_]{1,40}")


class SlackChannel:
    """Tells one Slack channel."""

    def __init__(self, webhook_url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        """`webhook_url` is a secret: whoever has it can write there."""
        self._sender = Sender(webhook_url, transport or Transport(public_only=False))

    def tell(self, notification: Notification) -> None:
        """Post one message. Raises DeliveryFailed; final when Slack will never take it."""
        answer = self._sender.post(json.dumps(payload(notification.message)).encode())
        word = answer.text.strip()
        if answer.status_code == _OK and word == "ok":
            return
        client_error = 400 <= answer.status_code < 500  # noqa: PLR2004 - a class of HTTP statuses
        raise not_accepted(
            answer,
            final=client_error and answer.status_code not in _PASSING,
            words=word if _WORD.fullmatch(word) else "",
        )
