from collections.abc import Mapping

import pytest

from orchestrator.adapters.forges.bitbucket import Bitbucket
from orchestrator.domain.errors import PushRejected
from orchestrator.domain.push import Push, PushKind, Receipt
from tests.support.bitbucket import change, merged, push, signed

SECRET = b"first of two"
OLD, NEW = "a" * 40, "b" * 40


def receipt(headers: Mapping[str, str], body: bytes, *secrets: bytes) -> Receipt:
    return Bitbucket().receipt("app", headers, body, secrets or (SECRET,))


def asked(event: str, payload: Mapping[str, object]) -> tuple[Push, ...]:
    return Bitbucket().pushes(receipt(*signed(SECRET, event, payload)))


def refusal(headers: Mapping[str, str], body: bytes, *secrets: bytes) -> PushRejected:
    with pytest.raises(PushRejected) as caught:
        receipt(headers, body, *secrets)
    return caught.value


def test_every_ref_of_a_push_is_read() -> None:
    found = asked(
        "repo:push",
        push(
            change("v1", None, NEW, kind="tag"),
            change("staging", OLD, NEW),
            change("main", None, OLD),
            change("old", OLD, None),
            change("v2", None, NEW, kind="annotated_tag"),
        ),
    )
    assert [(one.kind, one.branch, one.commit) for one in found] == [
        (PushKind.IGNORED, "", ""),
        (PushKind.PUSH, "staging", NEW),
        (PushKind.PUSH, "main", OLD),
        (PushKind.DELETION, "old", ""),
    ]
    assert {one.actor for one in found[1:]} == {"mara"}


def test_a_deleted_tag_is_no_deleted_branch() -> None:
    (found,) = asked("repo:push", push(change("main", OLD, None, kind="tag")))
    assert found.kind is PushKind.IGNORED


def test_a_push_without_changes_is_ignored() -> None:
    (found,) = asked("repo:push", push())
    assert found.kind is PushKind.IGNORED


def test_a_merged_pull_request_tells_its_merge_where_it_is_named_as_a_whole() -> None:
    (found,) = asked("pullrequest:fulfilled", merged("main", NEW, actor="jonas"))
    assert found == Push(kind=PushKind.MERGE, branch="main", commit=NEW, actor="jonas")
    for short in ("b" * 12, "0" * 40):
        (found,) = asked("pullrequest:fulfilled", merged("main", short))
        assert found.kind is PushKind.IGNORED


@pytest.mark.parametrize(
    "event", ["pullrequest:created", "repo:fork", "diagnostics:ping", "repo:refs_changed"]
)
def test_other_events_are_ignored(event: str) -> None:
    (found,) = asked(event, {})
    assert found.kind is PushKind.IGNORED


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"push": {"changes": {}}},
        {"push": {"changes": [None]}},
        {"push": {"changes": [{}]}},
        {"push": {"changes": [{"old": None, "new": None}]}},
        push(change("-x", OLD, NEW)),
        push(change("main", OLD, "b" * 12)),
        push(change("main", OLD, NEW), {"new": {"type": "branch", "name": 1}}),
    ],
)
def test_a_push_that_cannot_be_read_as_a_whole_is_malformed(payload: Mapping[str, object]) -> None:
    with pytest.raises(PushRejected) as caught:
        asked("repo:push", payload)
    assert caught.value.code == "payload-malformed"


def test_every_active_secret_is_accepted_and_no_other() -> None:
    delivery = signed(b"second", "repo:push", push())
    assert receipt(*delivery, SECRET, b"second").forge == "bitbucket"
    assert refusal(*delivery, SECRET, b"third").code == "signature"


@pytest.mark.parametrize("signature", ["", "sha256=", "sha1=", "=", "sha256=ü€\udc80"])
def test_a_wrong_signature_is_refused(signature: str) -> None:
    headers, body = signed(SECRET, "repo:push", push())
    assert refusal({**headers, "X-Hub-Signature": signature}, body).code == "signature"


def test_the_id_is_that_of_the_request() -> None:
    headers, body = signed(SECRET, "repo:push", push(), delivery="{0b6c-1}")
    assert receipt(headers, body).id == "{0b6c-1}"
    del headers["X-Request-UUID"]
    assert refusal(headers, body).code == "not-a-delivery"
