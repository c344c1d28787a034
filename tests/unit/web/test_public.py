import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence

import httpx
import pytest
import structlog
from starlette.applications import Starlette
from structlog.testing import capture_logs

from orchestrator.adapters.forges.github import GitHub
from orchestrator.domain.deployment import Cause
from orchestrator.domain.errors import ConfigurationError, Unavailable
from orchestrator.domain.push import Receipt, Request, Stored
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Reception
from orchestrator.web.public import ANSWER_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS, public_app
from orchestrator.web.reception import RepositoryHooks
from tests.support.asgi import ask
from tests.support.fake_ledger_ports import RememberedReception
from tests.support.github import ZERO, Delivery, signed_bytes, signed_merge, signed_ping, signed_push

SECRET = b"kept between us"
OLD, NEW = "a" * 40, "b" * 40
TARGETS = (
    TargetPolicy(name="staging", repository="app", branch="staging"),
    TargetPolicy(name="production", repository="app", branch="main"),
    TargetPolicy(name="analytics", repository="app", branch="main"),
    TargetPolicy(name="elsewhere", repository="other", branch="main"),
)


def made(reception: Reception, **limits: float) -> Starlette:
    return public_app(
        repositories={"app": RepositoryHooks(forge=GitHub(), secrets=(b"older", SECRET))},
        targets=TARGETS,
        reception=reception,
        **limits,  # type: ignore[arg-type]
    )


@pytest.fixture
def reception() -> RememberedReception:
    return RememberedReception()


@pytest.fixture(autouse=True)
def _plain_log() -> Iterator[None]:
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


def send(app: Starlette, delivery: Delivery, repository: str = "app") -> httpx.Response:
    headers, body = delivery
    return ask(app, f"/webhooks/{repository}", "POST", headers=headers, content=body)


def test_a_push_is_stored_and_then_acknowledged_with_its_deployments(reception: RememberedReception) -> None:
    answer = send(made(reception), signed_push(SECRET, "app", "staging", OLD, NEW, delivery="d-1"))
    assert answer.status_code == 202
    assert answer.json() == {
        "outcome": "stored",
        "receipt": "d-1",
        "deployments": [{"id": 1, "target": "staging"}],
        "note": "",
    }
    ((receipt, requests),) = reception.stored
    assert (receipt.id, receipt.repository, receipt.forge, receipt.event) == ("d-1", "app", "github", "push")
    assert [(r.target, r.commit, r.cause, r.actor) for r in requests] == [
        ("staging", NEW, Cause.PUSH, "mara")
    ]


def test_one_branch_may_be_followed_by_several_targets(reception: RememberedReception) -> None:
    answer = send(made(reception), signed_merge(SECRET, "app", "main", NEW))
    assert [each["target"] for each in answer.json()["deployments"]] == ["analytics", "production"]
    assert reception.stored[0][1][0].cause is Cause.MERGE


def test_a_redelivery_is_harmless_and_says_so(reception: RememberedReception) -> None:
    app = made(reception)
    delivery = signed_push(SECRET, "app", "staging", OLD, NEW)
    send(app, delivery)
    answer = send(app, delivery)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "stored-before")
    assert answer.json()["deployments"] == [{"id": 1, "target": ""}]


def test_a_branch_that_nobody_follows_names_those_that_are_followed(reception: RememberedReception) -> None:
    answer = send(made(reception), signed_push(SECRET, "app", "feature/x", OLD, NEW))
    assert answer.status_code == 200
    assert answer.json()["note"] == "No target follows feature/x. Followed branches: main, staging."
    assert reception.stored == []


def test_branches_are_compared_exactly(reception: RememberedReception) -> None:
    answer = send(made(reception), signed_push(SECRET, "app", "gh-readonly-queue/main/pr-1", OLD, NEW))
    assert (answer.status_code, reception.stored) == (200, [])


def test_a_deleted_branch_is_recorded_and_deploys_nothing(reception: RememberedReception) -> None:
    answer = send(made(reception), signed_push(SECRET, "app", "staging", OLD, ZERO))
    assert (answer.status_code, answer.json()["deployments"]) == (200, [])
    assert "deleted" in answer.json()["note"]
    assert [requests for _, requests in reception.stored] == [()]


def test_a_ping_is_answered_with_success(reception: RememberedReception) -> None:
    answer = send(made(reception), signed_ping(SECRET, "app", insecure_ssl="1"))
    assert answer.status_code == 200
    assert "Warning" in answer.json()["note"]
    assert reception.stored == []


def test_an_unsigned_delivery_is_refused(reception: RememberedReception) -> None:
    _, body = signed_push(SECRET, "app", "staging", OLD, NEW)
    answer = send(made(reception), ({"X-GitHub-Event": "push"}, body))
    assert answer.status_code == 401
    assert set(answer.json()) == {"code", "message", "remedy"}
    assert (answer.json()["code"], reception.stored) == ("signature", [])


def test_an_unsigned_and_a_wrongly_signed_delivery_look_the_same(reception: RememberedReception) -> None:
    headers, body = signed_push(b"another secret", "app", "staging", OLD, NEW)
    unsigned = send(made(reception), ({}, body))
    wrongly = send(made(reception), (headers, body))
    assert (unsigned.status_code, unsigned.content) == (wrongly.status_code, wrongly.content)


def test_a_signed_but_malformed_delivery_is_a_400(reception: RememberedReception) -> None:
    answer = send(made(reception), signed_bytes(SECRET, "push", b"[" * 100_000))
    assert (answer.status_code, answer.json()["code"]) == (400, "payload-malformed")


def test_another_forges_delivery_is_a_400_that_names_it(reception: RememberedReception) -> None:
    headers, body = signed_push(SECRET, "app", "staging", OLD, NEW)
    answer = send(made(reception), ({**headers, "X-Gitea-Event": "push"}, body))
    assert (answer.status_code, answer.json()["code"]) == (400, "other-forge")
    assert "Gitea" in answer.json()["message"]


def test_an_unknown_repository_is_a_404_whatever_it_carries(reception: RememberedReception) -> None:
    signed = send(made(reception), signed_push(SECRET, "app", "main", OLD, NEW), "nobody")
    unsigned = send(made(reception), ({}, b""), "else")
    assert (signed.status_code, signed.json()["code"]) == (404, "repository-unknown")
    assert signed.content == unsigned.content


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_only_post_delivers(reception: RememberedReception, method: str) -> None:
    answer = ask(made(reception), "/webhooks/app", method)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["code"] == "method-not-allowed"


@pytest.mark.parametrize(
    "path", ["/", "/webhooks", "/webhooks/", "/webhooks/app/", "/api/v1/deployments", "/readyz"]
)
def test_the_public_listener_serves_nothing_else(reception: RememberedReception, path: str) -> None:
    assert ask(made(reception), path, "POST").status_code == 404


def test_healthz_answers_without_asking_anybody() -> None:
    app = made(RememberedReception(trouble=Unavailable("away")))
    assert ask(app, "/healthz").json() == {"status": "ok"}


def test_a_ledger_that_is_away_is_a_503_and_never_a_success() -> None:
    trouble = Unavailable("The control database does not answer.", code="ledger-away", remedy="Wait.")
    app = made(RememberedReception(trouble=trouble))
    answer = send(app, signed_push(SECRET, "app", "staging", OLD, NEW))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert answer.json()["code"] == "ledger-away"


class Hanging:
    """A ledger that answers after this long."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.asked = 0

    def store(self, receipt: Receipt, requests: Sequence[Request]) -> Stored:  # noqa: ARG002
        self.asked += 1
        time.sleep(self.seconds)
        return Stored(new=True)


def test_a_ledger_that_hangs_is_a_503_in_time() -> None:
    began = time.monotonic()
    app = made(Hanging(1), answer_timeout_seconds=0.1)
    answer = send(app, signed_push(SECRET, "app", "staging", OLD, NEW))
    assert (answer.status_code, answer.json()["code"]) == (503, "too-busy")
    assert time.monotonic() - began < 1


def test_what_the_body_took_is_missing_to_the_ledger() -> None:
    headers, body = signed_push(SECRET, "app", "staging", OLD, NEW)

    async def slow() -> AsyncIterator[bytes]:
        await asyncio.sleep(0.5)
        yield body

    app = made(Hanging(2), read_timeout_seconds=5, answer_timeout_seconds=0.6)
    began = time.monotonic()
    answer = ask(app, "/webhooks/app", "POST", headers=headers, content=slow())
    assert (answer.status_code, answer.json()["code"]) == (503, "too-busy")
    assert time.monotonic() - began < 0.5 + 0.6


def test_nothing_is_stored_once_the_time_is_over() -> None:
    headers, body = signed_push(SECRET, "app", "staging", OLD, NEW)

    async def slow() -> AsyncIterator[bytes]:
        await asyncio.sleep(0.2)
        yield body

    ledger = Hanging(0)
    app = made(ledger, answer_timeout_seconds=0.1)
    answer = ask(app, "/webhooks/app", "POST", headers=headers, content=slow())
    assert (answer.status_code, ledger.asked) == (503, 0)


def test_an_answer_comes_before_a_forge_gives_up() -> None:
    gives_up_seconds = 10
    assert READ_TIMEOUT_SECONDS < ANSWER_TIMEOUT_SECONDS < gives_up_seconds


def test_an_error_of_ours_is_a_500_and_neither_answer_nor_log_quotes_it() -> None:
    app = made(RememberedReception(trouble=RuntimeError("password=hunter2")))
    with capture_logs() as lines:
        answer = send(app, signed_push(SECRET, "app", "staging", OLD, NEW))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "hunter2" not in answer.text + repr(lines)
    (line,) = (line for line in lines if line["event"] == "internal-error")
    assert line["error"] == "RuntimeError"
    assert any("fake_ledger_ports.py" in place for place in line["at"])


def test_a_body_that_announces_too_much_is_refused_before_it_is_read(reception: RememberedReception) -> None:
    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    headers = {"Content-Length": "1001"}
    answer = ask(
        made(reception, max_body_bytes=1000), "/webhooks/app", "POST", headers=headers, content=never()
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


def test_a_length_of_thousands_of_digits_is_too_large(reception: RememberedReception) -> None:
    headers = {"Content-Length": "9" * 5000}
    answer = ask(made(reception), "/webhooks/app", "POST", headers=headers, content=b"")
    assert answer.status_code == 413


def test_a_body_that_grows_too_large_is_not_read_to_its_end(reception: RememberedReception) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 100
            yield b"x" * 100

    answer = ask(made(reception, max_body_bytes=1000), "/webhooks/app", "POST", content=endless())
    assert (answer.status_code, sent) == (413, 1100)


def test_a_body_of_exactly_the_cap_is_read(reception: RememberedReception) -> None:
    delivery = signed_bytes(SECRET, "check_run", b"x" * 1000)
    assert send(made(reception, max_body_bytes=1000), delivery).status_code == 200


def test_a_body_that_dawdles_is_a_408(reception: RememberedReception) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(30)

    answer = ask(made(reception, read_timeout_seconds=0.05), "/webhooks/app", "POST", content=slow())
    assert (answer.status_code, answer.json()["code"]) == (408, "body-too-slow")


def test_bodies_that_together_take_too_much_memory_are_told_to_come_back(
    reception: RememberedReception,
) -> None:
    app = made(reception, max_body_bytes=1000, read_timeout_seconds=0.5)

    async def held() -> AsyncIterator[bytes]:
        yield b"x" * 1000
        await asyncio.sleep(30)

    async def crowd() -> list[int]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            posts = (client.post("/webhooks/app", content=held()) for _ in range(10))
            answers = await asyncio.gather(*posts)
            afterwards = await client.post("/webhooks/app", content=b"{}")
        return [*sorted(answer.status_code for answer in answers), afterwards.status_code]

    assert asyncio.run(crowd()) == [*[408] * 8, *[503] * 2, 401]


def test_a_crowd_of_bodies_that_dawdle_makes_way_for_one_that_does_not(
    reception: RememberedReception,
) -> None:
    app = made(reception, read_timeout_seconds=20)
    headers, body = signed_push(SECRET, "app", "staging", OLD, NEW)

    async def held(over: asyncio.Event) -> AsyncIterator[bytes]:
        yield b"{"
        await over.wait()

    async def crowd() -> list[int]:
        over = asyncio.Event()
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            slow = [asyncio.create_task(client.post("/webhooks/app", content=held(over))) for _ in range(300)]
            await asyncio.wait(slow, return_when=asyncio.FIRST_COMPLETED)
            quick = await client.post("/webhooks/app", content=body, headers=headers)
            made_way = {one.result().status_code for one in slow if one.done()}
            over.set()
            await asyncio.gather(*slow)
        return [quick.status_code, *made_way]

    assert asyncio.run(asyncio.wait_for(crowd(), 30)) == [202, 503]


def test_large_bodies_that_dawdle_give_their_memory_back_to_one_that_does_not(
    reception: RememberedReception,
) -> None:
    headers, body = signed_push(SECRET, "app", "staging", OLD, NEW)
    app = made(reception, max_body_bytes=len(body), read_timeout_seconds=20)

    async def held(over: asyncio.Event, barrier: asyncio.Barrier) -> AsyncIterator[bytes]:
        yield b"x" * len(body)
        await barrier.wait()
        await over.wait()

    async def crowd() -> list[int]:
        over, barrier = asyncio.Event(), asyncio.Barrier(9)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            slow = [
                asyncio.create_task(client.post("/webhooks/app", content=held(over, barrier)))
                for _ in range(8)
            ]
            await barrier.wait()
            quick = await client.post("/webhooks/app", content=body, headers=headers)
            over.set()
            answers = await asyncio.gather(*slow)
        return [quick.status_code, *sorted(answer.status_code for answer in answers)]

    assert asyncio.run(asyncio.wait_for(crowd(), 30)) == [202, *[401] * 7, 503]


def test_who_made_way_or_was_too_slow_is_hung_up_on(reception: RememberedReception) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(30)

    answer = ask(made(reception, read_timeout_seconds=0.05), "/webhooks/app", "POST", content=slow())
    assert (answer.status_code, answer.headers["connection"]) == (408, "close")


def test_more_verified_deliveries_than_allowed_are_not_stored_and_told_to_come_back(
    reception: RememberedReception,
) -> None:
    app = public_app(
        repositories={"app": RepositoryHooks(forge=GitHub(), secrets=(SECRET,))},
        targets=TARGETS,
        reception=reception,
        deliveries_per_minute={"app": 2},
    )
    for _ in range(5):
        assert send(app, signed_push(b"a stranger's", "app", "staging", OLD, NEW)).status_code == 401
    answers = [send(app, signed_push(SECRET, "app", "staging", OLD, NEW)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert (answers[2].headers["retry-after"], len(reception.stored)) == ("10", 2)


def test_a_signature_that_is_sent_twice_is_none(reception: RememberedReception) -> None:
    headers, body = signed_push(SECRET, "app", "staging", OLD, NEW)
    fields = [(name.encode(), value.encode()) for name, value in headers.items()]
    name = b"X-Hub-Signature-256"
    for other in (headers[name.decode()].encode(), b"sha256=" + b"0" * 64):
        for doubled in ([*fields, (name, other)], [(name, other), *fields]):
            answer = asyncio.run(_posted(made(reception), doubled, body))
            assert (answer.status_code, answer.json()["code"]) == (401, "signature")


async def _posted(app: Starlette, headers: list[tuple[bytes, bytes]], body: bytes) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://here") as client:
        return await client.post("/webhooks/app", headers=headers, content=body)


def logged(app: Starlette, delivery: Delivery, repository: str = "app") -> dict[str, object]:
    with capture_logs() as lines:
        send(app, delivery, repository)
    (line,) = lines
    return dict(line)


def test_one_line_tells_what_became_of_a_delivery(reception: RememberedReception) -> None:
    line = logged(made(reception), signed_push(SECRET, "app", "staging", OLD, NEW, delivery="d-7"))
    assert {name: line[name] for name in ("event", "repository", "receipt", "told", "outcome", "status")} == {
        "event": "webhook",
        "repository": "app",
        "receipt": "d-7",
        "told": "push",
        "outcome": "stored",
        "status": 202,
    }


def test_the_line_holds_neither_body_nor_signature_nor_a_strangers_words(
    reception: RememberedReception,
) -> None:
    headers, body = signed_push(b"wrong", "app", "staging", OLD, NEW, delivery="forged-id")
    line = logged(made(reception), (headers, body), "no-such-repository")
    text = repr(line)
    assert line["repository"] == "unknown"
    for foreign in ("forged-id", "no-such-repository", headers["X-Hub-Signature-256"], "order_numbers"):
        assert foreign not in text


@pytest.mark.parametrize("secrets", [(), (b"",), (b"good", b"")])
def test_a_repository_without_a_secret_stops_the_start(secrets: tuple[bytes, ...]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        public_app(
            repositories={"app": RepositoryHooks(forge=GitHub(), secrets=secrets)},
            targets=TARGETS,
            reception=RememberedReception(),
        )
    assert "repositories.app.webhook_secret" in caught.value.remedy
