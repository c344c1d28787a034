import pytest

from orchestrator.adapters.forges.known import FORGES
from orchestrator.adapters.forges.trial import FORMS, send, trial
from orchestrator.domain.errors import PushRejected, Unavailable
from orchestrator.domain.push import PushKind
from tests.support.gitlab import SIGNING
from tests.support.http_receiver import Answer, receiving

SECRET = "a secret with an ümlaut".encode()
CASES = [*((forge, SECRET) for forge in FORGES), ("gitlab", SIGNING)]


@pytest.mark.parametrize(("forge", "secret"), CASES)
def test_a_trial_is_what_the_forge_could_have_sent_and_deploys_nothing(forge: str, secret: bytes) -> None:
    reader = FORGES[forge]()
    receipt = reader.receipt("app", *trial(forge, secret), (secret,))
    (push,) = reader.pushes(receipt)
    assert push.kind is PushKind.IGNORED
    with pytest.raises(PushRejected):
        reader.receipt("app", *trial(forge, secret), (b"quite another secret",))


def test_every_forge_has_a_form_to_fill_in() -> None:
    assert set(FORMS) == set(FORGES)


def test_only_words_of_ours_are_repeated_from_an_answer() -> None:
    with receiving() as receiver:
        for body, said in (
            (b'{"note": "The hook works.\\u001b[31m"}', "The hook works.[31m"),
            (b'{"message": "No."}', "No."),
            (b"<html>a proxy's page</html>", ""),
            (b"[1]", ""),
            (b'{"note": 5}', ""),
            (b"[" * 4000, ""),
        ):
            receiver.otherwise = Answer(status=502, body=body)
            answer = send(f"{receiver.url}/webhooks/app", *trial("github", SECRET))
            assert (answer.status, answer.said) == (502, said)


def test_no_answer_is_unavailable_and_names_the_address() -> None:
    with receiving() as receiver:
        url = f"{receiver.url}/webhooks/app"
    with pytest.raises(Unavailable) as caught:
        send(url, *trial("github", SECRET))
    assert (caught.value.code, url in caught.value.message) == ("webhook-unreachable", True)


def test_a_token_that_is_not_ascii_goes_out_as_its_bytes() -> None:
    with receiving() as receiver:
        send(f"{receiver.url}/webhooks/app", *trial("gitlab", SECRET))
        (received,) = receiver.received
    sent = dict(received.headers)
    assert FORGES["gitlab"]().receipt("app", sent, received.body, (SECRET,)).event == "Ping"
