import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from orchestrator.adapters.notify import line
from orchestrator.adapters.notify.outgoing_webhook import WebhookChannel
from orchestrator.domain.delivery import LONGEST_RETRY_AFTER_SECONDS
from orchestrator.domain.errors import DeliveryFailed
from tests.support.http_receiver import Answer, Receiver
from tests.support.messages import a_notification

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


def channel(receiver: Receiver, *, allow_private: bool = True) -> WebhookChannel:
    return WebhookChannel(f"{receiver.url}/hook", SECRET, allow_private=allow_private)


def failure(receiver: Receiver, answer: Answer) -> DeliveryFailed:
    receiver.answers = [answer]
    with pytest.raises(DeliveryFailed) as caught:
        channel(receiver).tell(a_notification())
    return caught.value


@contextmanager
def name_server(monkeypatch: pytest.MonkeyPatch, *answers: str) -> Iterator[list[str]]:
    """Answer each look-up with the next address; the last one is repeated."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *arguments: Any, **named: Any) -> list[Any]:
        if not host.endswith(".example"):
            return real(host, port, *arguments, **named)
        asked.append(host)
        address = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    with monkeypatch.context() as patch:
        patch.setattr(line.socket, "getaddrinfo", getaddrinfo)
        yield asked


def test_the_signature_covers_id_time_and_body(receiver: Receiver) -> None:
    channel(receiver).tell(a_notification(id=42))
    (request,) = receiver.received
    headers = request.headers
    assert headers["webhook-id"] == "msg_42"
    assert abs(int(headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 10
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + request.body
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(request.body)["type"] == "deployment.rolled_back"


def test_the_signature_equals_the_published_example() -> None:
    made = WebhookChannel("https://x.example", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")._signature(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}'
    )
    assert made == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_id_stays_the_same_when_it_is_sent_again(receiver: Receiver) -> None:
    told = channel(receiver)
    told.tell(a_notification(id=3))
    told.tell(a_notification(id=3))
    assert [request.headers["webhook-id"] for request in receiver.received] == ["msg_3", "msg_3"]


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_a_delivery(receiver: Receiver, status: int) -> None:
    receiver.answers = [Answer(status=status, body=b"")]
    channel(receiver).tell(a_notification())


@pytest.mark.parametrize(("status", "final"), [(410, True), (404, False), (400, False), (500, False)])
def test_only_gone_is_final(receiver: Receiver, *, status: int, final: bool) -> None:
    assert failure(receiver, Answer(status=status)).final is final


def test_a_redirect_is_a_failure_and_is_not_followed(receiver: Receiver) -> None:
    why = failure(receiver, Answer(status=307, headers={"location": f"{receiver.url}/other"}))
    assert not why.final
    assert [request.path for request in receiver.received] == ["/hook"]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("120", 120, 120),
        (timedelta(minutes=10), 500, 600),
        (timedelta(minutes=-10), 0, 0),
        ("9" * 5000, LONGEST_RETRY_AFTER_SECONDS, LONGEST_RETRY_AFTER_SECONDS),
        ("Fri, 01 Jan 9999 00:00:00 GMT", LONGEST_RETRY_AFTER_SECONDS, LONGEST_RETRY_AFTER_SECONDS),
    ],
)
def test_a_busy_receiver_says_when_to_come_back(
    receiver: Receiver, status: int, header: str | timedelta, least: float, most: float
) -> None:
    if isinstance(header, timedelta):
        header = format_datetime(datetime.now(UTC) + header, usegmt=True)
    seconds = failure(receiver, Answer(status=status, headers={"retry-after": header})).retry_after_seconds
    assert seconds is not None
    assert least <= seconds <= most


@pytest.mark.parametrize("header", ["soon", "-5", "", "Fri, 99 Foo 2026"])
def test_a_senseless_retry_after_is_ignored(receiver: Receiver, header: str) -> None:
    why = failure(receiver, Answer(status=429, headers={"retry-after": header}))
    assert why.retry_after_seconds is None


def test_a_loopback_receiver_is_refused_unless_allowed(receiver: Receiver) -> None:
    with pytest.raises(DeliveryFailed, match="no public address") as caught:
        channel(receiver, allow_private=False).tell(a_notification())
    assert not caught.value.final
    assert receiver.received == []


@pytest.mark.parametrize(
    "host", ["localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "0x7f.1"]
)
def test_no_spelling_of_loopback_gets_through(receiver: Receiver, host: str) -> None:
    told = WebhookChannel(f"http://{host}:{receiver.port}/hook", SECRET)
    with pytest.raises(DeliveryFailed):
        told.tell(a_notification())
    assert receiver.received == []


def test_a_name_is_looked_up_once_and_the_checked_address_is_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = WebhookChannel(f"http://rebinding.example:{receiver.port}/hook", SECRET)
    monkeypatch.setattr(line, "is_public", lambda address: address == "127.0.0.1")
    with name_server(monkeypatch, "127.0.0.1", "10.9.8.7") as asked:
        told.tell(a_notification())
    assert asked == ["rebinding.example"]
    assert receiver.received[0].headers["host"] == f"rebinding.example:{receiver.port}"


def test_a_name_that_leads_inside_is_refused(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    told = WebhookChannel(f"http://inside.example:{receiver.port}/hook", SECRET)
    with name_server(monkeypatch, "127.0.0.1"), pytest.raises(DeliveryFailed, match="no public address"):
        told.tell(a_notification())
    assert receiver.received == []


def test_a_proxy_is_not_asked_to_go_where_we_may_not(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", receiver.url)
    with name_server(monkeypatch, "10.0.0.1"), pytest.raises(DeliveryFailed, match="no public address"):
        WebhookChannel("http://inside.example/hook", SECRET).tell(a_notification())
    assert receiver.received == []


def test_nobody_listening_is_tried_again_later() -> None:
    with pytest.raises(DeliveryFailed, match="cannot be reached") as caught:
        WebhookChannel("http://127.0.0.1:1/hook", SECRET, allow_private=True).tell(a_notification())
    assert not caught.value.final


def test_a_name_that_does_not_exist_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(line.socket, "getaddrinfo", nowhere)
    with pytest.raises(DeliveryFailed, match="cannot be reached"):
        WebhookChannel("https://nowhere.example/hook", SECRET).tell(a_notification())


def test_a_receiver_that_speaks_no_tls_is_told_apart(receiver: Receiver) -> None:
    told = WebhookChannel(f"https://127.0.0.1:{receiver.port}/hook", SECRET, allow_private=True)
    with pytest.raises(DeliveryFailed, match="TLS"):
        told.tell(a_notification())
