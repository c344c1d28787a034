"""A signed webhook for any receiver, as Standard Webhooks describes it."""

import base64
import hashlib
import hmac
import time

import httpx

from orchestrator.adapters.notify.outgoing_payload import body_of
from orchestrator.adapters.notify.sending import Sender, not_accepted
from orchestrator.adapters.notify.transport import Transport
from orchestrator.domain.delivery import signing_key
from orchestrator.domain.event import Notification

#: the receiver wants no more of it
_GONE = 410


class WebhookChannel:
    """Tells one receiver. The id of a message stays the same however often it is sent."""

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        allow_private: bool = False,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`secret` has the form whsec_<base64>; raises ValueError for another."""
        self._key = signing_key(secret)
        self._sender = Sender(url, transport or Transport(public_only=not allow_private))

    def tell(self, notification: Notification) -> None:
        """Post one message. Raises DeliveryFailed for anything but 2xx; final for 410."""
        identity, timestamp = f"msg_{notification.id}", str(int(time.time()))
        body = body_of(notification.message)
        headers = {
            "webhook-id": identity,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{self._signature(identity, timestamp, body)}",
        }
        answer = self._sender.post(body, headers)
        if not answer.is_success:
            raise not_accepted(answer, final=answer.status_code == _GONE)

    def _signature(self, identity: str, timestamp: str, body: bytes) -> str:
        signed = f"{identity}.{timestamp}.".encode() + body
        return base64.b64encode(hmac.digest(self._key, signed, hashlib.sha256)).decode()
