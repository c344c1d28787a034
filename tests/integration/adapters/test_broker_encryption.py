"""With amqps:// a server has to prove who it is before it hears anything, a password least of all."""

import socket
import ssl
import subprocess
import threading
from contextlib import closing, suppress

import pytest

from orchestrator.adapters.broker import ping
from orchestrator.adapters.celery_queue import CeleryQueue
from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.errors import Unavailable


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            "-keyout", folder / "key.pem", "-out", folder / "cert.pem",
        ],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    return folder


@pytest.fixture
def heard(certificate):
    """A server that hangs up once it has heard something: where it is, and what it heard."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    words = []

    def serve():
        with suppress(OSError):
            while True:
                plain, _ = listener.accept()
                with plain, suppress(OSError), tls.wrap_socket(plain, server_side=True) as connection:
                    words.append(connection.recv(8))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        serving = threading.Thread(target=serve)
        serving.start()
        yield listener.getsockname()[1], words
        listener.shutdown(socket.SHUT_RDWR)
        serving.join()


def speak(host, port):
    """Ask and send; both end, for nobody there speaks AMQP."""
    url = f"amqps://bascule:a-secret@{host}:{port}//"
    with pytest.raises(Unavailable):
        ping(url)
    with closing(CeleryQueue(url)) as queue, pytest.raises(Unavailable):
        queue.wake(DeploymentId(1))


def test_a_server_that_the_system_trusts_is_spoken_to(heard, certificate, monkeypatch):
    port, words = heard
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    speak("localhost", port)
    assert len(words) >= 2
    assert {word[:4] for word in words} == {b"AMQP"}


@pytest.mark.parametrize(("host", "trusted"), [("127.0.0.1", True), ("localhost", False)])
def test_another_name_or_an_unknown_issuer_is_told_nothing(heard, certificate, monkeypatch, host, trusted):
    port, words = heard
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    speak(host, port)
    assert words == []
