"""Sending one notification by HTTP, and what the answers mean."""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpcore
import httpx

from orchestrator.adapters.notify.line import NotPublic
from orchestrator.domain.delivery import LONGEST_RETRY_AFTER_SECONDS
from orchestrator.domain.errors import DeliveryFailed

#: statuses that may say when to come back
_BUSY: Final = frozenset({429, 503})

_HEADERS: Final = {
    "content-type": "application/json; charset=utf-8",
    "user-agent": "bascule",
    # an answer is a few words; nothing has to be unpacked
    "accept-encoding": "identity",
}


class Sender:
    """Posts to one receiver. Follows no redirect: it would lead where nobody looked."""

    def __init__(self, url: str, transport: httpx.BaseTransport) -> None:
        self._url = url
        self._client = httpx.Client(transport=transport, trust_env=False, follow_redirects=False)

    def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Return the answer, whatever it says. Raises DeliveryFailed when there was none.

        No error says the URL or has a cause that could: Slack's URL is a secret.
        """
        # as Latin-1, which is what headers are made of; httpx alone would take nothing but ASCII
        fields = [
            (k.encode("ascii"), v.encode("latin-1")) for k, v in {**_HEADERS, **(headers or {})}.items()
        ]
        try:
            return self._client.post(self._url, content=body, headers=fields)
        except NotPublic:
            reason = "the receiver has no public address; allow_private = true lets a private one be reached"
            raise DeliveryFailed(reason) from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpcore.UnsupportedProtocol):
            raise DeliveryFailed("the receiver's URL is no URL", final=True) from None
        except httpcore.TimeoutException:
            raise DeliveryFailed("the receiver did not answer in time") from None
        except httpcore.ProtocolError:
            raise DeliveryFailed("the receiver's answer is no HTTP") from None
        except httpcore.ProxyError:
            raise DeliveryFailed("the proxy did not let us through") from None
        except httpcore.NetworkError as error:
            raise DeliveryFailed(_why_unreachable(error)) from None


def not_accepted(answer: httpx.Response, *, final: bool, words: str = "") -> DeliveryFailed:
    """Make the error for an answer that is not the wanted one."""
    reason = f"the receiver answered {answer.status_code}"
    return DeliveryFailed(
        f"{reason} {words}" if words else reason, final=final, retry_after_seconds=_retry_after(answer)
    )


def _why_unreachable(error: httpcore.NetworkError) -> str:
    # httpcore's pool hides the cause, not the context
    if isinstance(error.__context__, ssl.SSLCertVerificationError):
        return "the receiver's certificate is not to be trusted"
    if isinstance(error.__context__, ssl.SSLError):
        return "the receiver does not speak TLS as we do"
    return "the receiver cannot be reached"


def _retry_after(answer: httpx.Response) -> float | None:
    """Read seconds or a date; None when it says neither, or nothing that has to be waited for."""
    text = answer.headers.get("retry-after", "").strip()
    if answer.status_code not in _BUSY or not text:
        return None
    if text.isascii() and text.isdigit():
        # more digits than any lawful wait has
        return min(float(text[:9]), LONGEST_RETRY_AFTER_SECONDS)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    # a date without a zone is UTC: HTTP has no other
    seconds = (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_SECONDS)
