import base64
import time
from collections.abc import Mapping

import pytest

from orchestrator.adapters.forges.gitlab import TOLERANCE_SECONDS, GitLab
from orchestrator.domain.errors import PushRejected
from orchestrator.domain.push import Push, PushKind, Receipt
from tests.support.gitlab import SIGNING, merge_request, push, signed, told

TOKEN = b"first of two tokens"
OLD, NEW, ZERO = "a" * 40, "b" * 40, "0" * 40
HEADS = "refs/heads/"
OTHER = b"whsec_" + base64.b64encode(b"another thirty-two bytes of ours")


def receipt(headers: Mapping[str, str], body: bytes, *secrets: bytes) -> Receipt:
    return GitLab().receipt("app", headers, body, secrets or (TOKEN,))


def asked(event: str, payload: Mapping[str, object]) -> Push:
    (found,) = GitLab().pushes(receipt(*told(TOKEN, event, payload)))
    return found


def refusal(headers: Mapping[str, str], body: bytes, *secrets: bytes) -> PushRejected:
    with pytest.raises(PushRejected) as caught:
        receipt(headers, body, *secrets)
    return caught.value


def test_a_push_tells_branch_commit_and_who() -> None:
    found = asked("Push Hook", push(f"{HEADS}staging", OLD, NEW, actor="jonas"))
    assert found == Push(kind=PushKind.PUSH, branch="staging", commit=NEW, actor="jonas")


def test_a_created_branch_is_a_push_and_a_deleted_one_a_deletion() -> None:
    assert asked("Push Hook", push(f"{HEADS}main", ZERO, NEW)).kind is PushKind.PUSH
    gone = asked("Push Hook", push(f"{HEADS}main", OLD, ZERO))
    assert (gone.kind, gone.commit) == (PushKind.DELETION, "")


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("Tag Push Hook", push("refs/tags/v1", ZERO, NEW, kind="tag_push")),
        ("Push Hook", push("refs/tags/main", ZERO, NEW)),
        ("Merge Request Hook", merge_request("main", None, action="open")),
        ("Merge Request Hook", merge_request("main", None, action="close")),
        ("Merge Request Hook", merge_request("main", None)),  # fast-forwarded: the push names the commit
        ("Pipeline Hook", {"object_kind": "pipeline"}),
        ("System Hook", push(f"{HEADS}main", OLD, NEW)),
    ],
)
def test_what_deploys_nothing_is_ignored(event: str, payload: Mapping[str, object]) -> None:
    assert asked(event, payload).kind is PushKind.IGNORED


def test_a_merge_request_that_was_merged_tells_its_branch_and_merge_commit() -> None:
    found = asked("Merge Request Hook", merge_request("main", NEW, actor="jonas"))
    assert found == Push(kind=PushKind.MERGE, branch="main", commit=NEW, actor="jonas")


def test_a_payload_of_another_kind_than_its_header_says_is_malformed() -> None:
    with pytest.raises(PushRejected) as caught:
        asked("Push Hook", push(f"{HEADS}main", OLD, NEW, kind="tag_push"))
    assert caught.value.code == "payload-malformed"


def test_every_active_token_is_accepted_and_no_other() -> None:
    delivery = told(b"second of two tokens", "Push Hook", push(f"{HEADS}main", OLD, NEW))
    assert receipt(*delivery, TOKEN, b"second of two tokens").forge == "gitlab"
    for wrong in (b"third", b"second of two token", b""):
        assert refusal(*delivery, TOKEN, wrong).code == "signature"
    assert refusal(*told(b"", "Push Hook", b"{}"), b"").code == "signature"


def test_a_token_that_is_not_ascii_is_compared_as_bytes() -> None:
    token = "schlüssel mit umlaut".encode()
    assert receipt(*told(token, "Push Hook", b"{}"), token).forge == "gitlab"
    headers, body = told(token, "Push Hook", b"{}")
    assert refusal({**headers, "X-Gitlab-Token": "schlüssel mit umlaut€\udc80"}, body).code == "signature"


def test_a_signed_delivery_is_accepted_under_each_signing_token() -> None:
    delivery = signed(SIGNING, "Push Hook", push(f"{HEADS}main", OLD, NEW), delivery="d-1")
    assert receipt(*delivery, OTHER, SIGNING).id == "d-1"
    assert refusal(*delivery, OTHER).code == "signature"


def test_once_there_is_a_signing_token_a_plain_one_is_never_accepted() -> None:
    plain = told(TOKEN, "Push Hook", push(f"{HEADS}main", OLD, NEW))
    assert refusal(*plain, SIGNING, TOKEN).code == "signature"
    # not even the signing token itself, sent as a plain one
    assert refusal(*told(SIGNING, "Push Hook", b"{}"), SIGNING).code == "signature"


def test_a_signing_token_that_cannot_be_read_accepts_nothing() -> None:
    assert refusal(*told(b"whsec_!", "Push Hook", b"{}"), b"whsec_!").code == "signature"


def test_where_only_a_token_is_known_here_a_signature_beside_it_is_not_asked_for() -> None:
    headers, body = signed(SIGNING, "Push Hook", push(f"{HEADS}main", OLD, NEW))
    assert receipt({**headers, "X-Gitlab-Token": TOKEN.decode()}, body).event == "Push Hook"


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("value", [None, "", "0", "v1,", "v1a,AAAA", "x" * 300, "ü€\udc80"])
def test_id_time_and_signature_belong_together(name: str, value: str | None) -> None:
    headers, body = signed(SIGNING, "Push Hook", push(f"{HEADS}main", OLD, NEW))
    changed = {**headers, name: value or ""}
    if value is None:
        del changed[name]
    error = refusal(changed, body, SIGNING)
    assert (error.code, error.message) == ("signature", refusal({}, b"", SIGNING).message)


def test_one_of_several_signatures_is_enough() -> None:
    headers, body = signed(SIGNING, "Push Hook", push(f"{HEADS}main", OLD, NEW))
    several = f"v1a,AAAA v1,AAAA {headers['webhook-signature']}"
    assert receipt({**headers, "webhook-signature": several}, body, SIGNING).forge == "gitlab"


@pytest.mark.parametrize("seconds", [-TOLERANCE_SECONDS - 5, TOLERANCE_SECONDS + 5])
def test_a_signature_of_another_time_is_refused_with_a_word_about_clocks(seconds: int) -> None:
    delivery = signed(SIGNING, "Push Hook", push(f"{HEADS}main", OLD, NEW), at=time.time() + seconds)
    assert refusal(*delivery, SIGNING).code == "delivery-stale"
    # who cannot sign learns nothing about the time
    assert refusal(*delivery, OTHER).code == "signature"


def test_the_id_is_the_idempotency_key_or_where_it_is_signed_the_one_that_the_signature_covers() -> None:
    headers, body = told(TOKEN, "Push Hook", b"{}", delivery="w-1")
    assert receipt({**headers, "Idempotency-Key": "i-1"}, body).id == "i-1"
    headers, body = signed(SIGNING, "Push Hook", b"{}", delivery="w-1")
    assert receipt({**headers, "Idempotency-Key": "i-1"}, body, SIGNING).id == "w-1"


def test_a_gitlab_without_idempotency_keys_is_told_apart_by_event_and_body() -> None:
    def of(body: bytes) -> str:
        headers, _ = told(TOKEN, "Push Hook", body)
        for name in ("Idempotency-Key", "webhook-id"):
            del headers[name]
        return receipt(headers, body).id

    assert of(b"{}") == of(b"{}") != of(b"[]")


def test_neither_token_nor_signature_is_kept() -> None:
    headers, body = signed(SIGNING, "Push Hook", b"{}")
    kept = receipt({**headers, "X-Gitlab-Token": "secret"}, body, SIGNING).headers
    assert not {"x-gitlab-token", "webhook-signature"} & set(kept)
