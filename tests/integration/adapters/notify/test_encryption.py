"""TLS to a checked address still verifies the receiver's name."""

import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.notify import line
from orchestrator.adapters.notify.outgoing_webhook import WebhookChannel
from orchestrator.domain.errors import DeliveryFailed
from tests.support.http_receiver import Receiver, receiving
from tests.support.messages import a_notification

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "1", "-subj", "/CN=right.example", "-addext", "subjectAltName=DNS:right.example",
            "-keyout", folder / "key.pem", "-out", folder / "cert.pem",
        ],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    return folder


@pytest.fixture
def receiver(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    real = socket.getaddrinfo

    def getaddrinfo(host: str, *arguments: Any, **named: Any) -> list[Any]:
        return real("127.0.0.1" if host.endswith(".example") else host, *arguments, **named)

    monkeypatch.setattr(line.socket, "getaddrinfo", getaddrinfo)
    with receiving(tls=tls) as server:
        yield server


def test_the_right_name_on_a_trusted_certificate_is_told(
    receiver: Receiver, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    told = WebhookChannel(f"https://right.example:{receiver.port}/", SECRET, allow_private=True)
    told.tell(a_notification())
    assert receiver.received[0].headers["host"] == f"right.example:{receiver.port}"


@pytest.mark.parametrize(("name", "trusted"), [("wrong.example", True), ("right.example", False)])
def test_another_name_or_an_unknown_issuer_is_not_told(
    receiver: Receiver, certificate: Path, monkeypatch: pytest.MonkeyPatch, *, name: str, trusted: bool
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    told = WebhookChannel(f"https://{name}:{receiver.port}/", SECRET, allow_private=True)
    with pytest.raises(DeliveryFailed, match="certificate is not to be trusted"):
        told.tell(a_notification())
    assert receiver.received == []
