import json
import time
import traceback

import pytest

from orchestrator.adapters.notify.slack import SlackChannel
from orchestrator.adapters.notify.transport import Transport
from orchestrator.domain.errors import DeliveryFailed
from tests.support.http_receiver import Answer, Receiver
from tests.support.messages import a_notification

PATH = "/services/T000/B000/verysecret"


def slack(receiver: Receiver, *, seconds: float = 5.0) -> SlackChannel:
    return SlackChannel(receiver.url + PATH, transport=Transport(public_only=False, total_seconds=seconds))


def test_a_message_is_posted_as_json(receiver: Receiver) -> None:
    slack(receiver).tell(a_notification())
    (request,) = receiver.received
    assert (request.method, request.path) == ("POST", PATH)
    assert request.headers["content-type"].startswith("application/json")
    assert "rolled back" in json.loads(request.body)["text"]


@pytest.mark.parametrize(
    ("answer", "final"),
    [
        (Answer(status=404, body=b"no_service"), True),
        (Answer(status=410, body=b"channel_is_archived"), True),
        (Answer(status=400, body=b"invalid_payload"), True),
        (Answer(status=408), False),
        (Answer(status=429), False),
        (Answer(status=500), False),
        (Answer(status=302, headers={"location": "/elsewhere"}), False),
        (Answer(status=200, body=b"<html>please log in</html>"), False),
    ],
)
def test_only_an_ok_is_a_delivery_and_a_refusal_is_final(
    receiver: Receiver, *, answer: Answer, final: bool
) -> None:
    receiver.answers = [answer]
    with pytest.raises(DeliveryFailed) as caught:
        slack(receiver).tell(a_notification())
    assert caught.value.final is final
    assert str(answer.status) in caught.value.reason
    assert len(receiver.received) == 1


def test_slacks_own_word_is_told(receiver: Receiver) -> None:
    receiver.answers = [Answer(status=404, body=b"no_service")]
    with pytest.raises(DeliveryFailed, match="404 no_service"):
        slack(receiver).tell(a_notification())


def test_slack_says_when_to_come_back(receiver: Receiver) -> None:
    receiver.answers = [Answer(status=429, headers={"retry-after": "30"})]
    with pytest.raises(DeliveryFailed) as caught:
        slack(receiver).tell(a_notification())
    assert caught.value.retry_after_seconds == 30


@pytest.mark.parametrize("answer", [Answer(hang_seconds=60), Answer(drip_seconds=0.05)])
def test_one_that_never_ends_its_answer_is_left_in_time(receiver: Receiver, answer: Answer) -> None:
    receiver.answers = [answer]
    begun = time.monotonic()
    with pytest.raises(DeliveryFailed, match="in time"):
        slack(receiver, seconds=0.5).tell(a_notification())
    assert 0.4 < time.monotonic() - begun < 3


def test_no_failure_tells_the_url(receiver: Receiver) -> None:
    told = []
    for channel in (slack(receiver, seconds=0.2), SlackChannel(f"http://127.0.0.1:1{PATH}")):
        receiver.answers = [Answer(hang_seconds=60)]
        with pytest.raises(DeliveryFailed) as caught:
            channel.tell(a_notification())
        told.append("".join(traceback.format_exception(caught.value)))
    assert "verysecret" not in "".join(told)


def test_an_endless_answer_is_not_read_to_its_end(receiver: Receiver) -> None:
    receiver.answers = [Answer(status=500, body=b"x" * 5_000_000)]
    with pytest.raises(DeliveryFailed, match="500"):
        slack(receiver).tell(a_notification())


def test_the_proxy_of_the_environment_is_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", receiver.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    SlackChannel("http://slack.example/services/x").tell(a_notification())
    assert receiver.received[0].path == "http://slack.example/services/x"
