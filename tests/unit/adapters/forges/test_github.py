import json
from collections.abc import Mapping
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.forges.github import GitHub
from orchestrator.domain.errors import PushRejected
from orchestrator.domain.push import Push, PushKind, Receipt
from tests.support.github import (
    ZERO,
    push_payload,
    signed,
    signed_bytes,
    signed_merge,
    signed_ping,
    signed_push,
)

SECRET = b"first of two"
OLD, NEW = "a" * 40, "b" * 40


def receipt(headers: Mapping[str, str], body: bytes, *secrets: bytes) -> Receipt:
    return GitHub().receipt("app", headers, body, secrets or (SECRET,))


def told(headers: Mapping[str, str], body: bytes) -> Push:
    (push,) = GitHub().pushes(receipt(headers, body))
    return push


def refusal(headers: Mapping[str, str], body: bytes, *secrets: bytes) -> PushRejected:
    with pytest.raises(PushRejected) as caught:
        receipt(headers, body, *secrets)
    return caught.value


def malformed(event: str, body: bytes, content_type: str = "application/json") -> PushRejected:
    headers, body = signed_bytes(SECRET, event, body, content_type=content_type)
    with pytest.raises(PushRejected) as caught:
        GitHub().pushes(receipt(headers, body))
    return caught.value


def test_githubs_own_test_vector_is_accepted() -> None:
    digest = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    headers = {
        "X-Hub-Signature-256": f"sha256={digest}",
        "X-GitHub-Event": "ping",
        "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    }
    assert receipt(headers, b"Hello, World!", b"It's a Secret to Everybody").event == "ping"


def test_every_active_secret_is_accepted_and_no_other() -> None:
    delivery = signed_push(b"second", "app", "main", OLD, NEW)
    assert receipt(*delivery, SECRET, b"second").forge == "github"
    assert refusal(*delivery, SECRET, b"third").code == "signature"


def test_an_empty_secret_never_matches() -> None:
    assert refusal(*signed_push(b"", "app", "main", OLD, NEW), b"").code == "signature"


def test_one_changed_byte_of_the_body_is_refused() -> None:
    headers, body = signed_push(SECRET, "app", "main", OLD, NEW)
    assert refusal(headers, body + b" ").code == "signature"


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256",
        "sha1=" + "0" * 40,
        "sha256=" + "0" * 64,
        "sha256=ü€\udc80\x00",
        "SHA256=",
        "=",
    ],
)
def test_every_wrong_signature_gets_the_same_refusal(signature: str) -> None:
    headers, body = signed_push(SECRET, "app", "main", OLD, NEW)
    error = refusal({**headers, "X-Hub-Signature-256": signature}, body)
    unsigned = refusal({}, body)
    assert (error.code, error.message, error.remedy) == ("signature", unsigned.message, unsigned.remedy)
    assert error.nouns == {}


def test_a_sha1_signature_alone_is_refused() -> None:
    headers, body = signed_push(SECRET, "app", "main", OLD, NEW)
    del headers["X-Hub-Signature-256"]
    assert refusal(headers, body).code == "signature"


def test_the_right_digest_under_another_scheme_is_refused() -> None:
    headers, body = signed_push(SECRET, "app", "main", OLD, NEW)
    value = headers["X-Hub-Signature-256"].replace("sha256=", "sha512=")
    assert refusal({**headers, "X-Hub-Signature-256": value}, body).code == "signature"


@pytest.mark.parametrize("name", ["X-GitHub-Event", "X-GitHub-Delivery"])
@pytest.mark.parametrize("value", [None, "", "a b", "nul\x00", "x" * 101, "ü"])
def test_event_and_delivery_id_are_required(name: str, value: str | None) -> None:
    headers, body = signed_push(SECRET, "app", "main", OLD, NEW)
    changed = {**headers, name: value or ""}
    if value is None:
        del changed[name]
    assert refusal(changed, body).code == "not-a-delivery"


@pytest.mark.parametrize(
    ("mark", "forge"),
    [
        ("X-Gitea-Event", "Gitea"),
        ("X-Forgejo-Event", "Forgejo"),
        ("X-Gogs-Event", "Gogs"),
        ("X-Gitlab-Event", "GitLab"),
        ("X-Event-Key", "Bitbucket"),
    ],
)
def test_another_forges_delivery_is_named_even_where_it_carries_githubs_headers(
    mark: str, forge: str
) -> None:
    headers, body = signed_push(SECRET, "app", "main", OLD, NEW)
    error = refusal({**headers, mark: "push"}, body)
    assert (error.code, error.nouns["forge"]) == ("other-forge", forge)


def test_forgejo_is_told_from_gitea_whose_headers_it_sends_too() -> None:
    headers, body = signed_push(SECRET, "app", "main", OLD, NEW)
    error = refusal({**headers, "X-Gitea-Event": "push", "X-Forgejo-Event": "push"}, body)
    assert error.nouns["forge"] == "Forgejo"


def test_header_names_are_read_in_any_case_and_no_signature_is_kept() -> None:
    headers, body = signed_push(SECRET, "app", "main", OLD, NEW, delivery="d-1")
    kept = receipt({name.upper(): value for name, value in headers.items()}, body)
    assert kept.id == "d-1"
    assert kept.headers["x-github-event"] == "push"
    assert not any("signature" in name for name in kept.headers)


def test_a_push_tells_branch_commit_and_who() -> None:
    push = told(*signed_push(SECRET, "app", "staging", OLD, NEW, actor="jonas"))
    assert push == Push(kind=PushKind.PUSH, branch="staging", commit=NEW, actor="jonas")


def test_a_forced_push_is_a_push_like_any_other() -> None:
    forced = told(*signed_push(SECRET, "app", "staging", OLD, NEW, forced=True))
    assert forced == told(*signed_push(SECRET, "app", "staging", OLD, NEW))


def test_a_created_branch_is_a_push() -> None:
    assert told(*signed_push(SECRET, "app", "staging", ZERO, NEW)).kind is PushKind.PUSH


@pytest.mark.parametrize("zeros", [ZERO, "0" * 64])
def test_a_deleted_branch_is_a_deletion_without_commit(zeros: str) -> None:
    push = told(*signed_push(SECRET, "app", "staging", OLD, zeros))
    assert (push.kind, push.branch, push.commit) == (PushKind.DELETION, "staging", "")


def test_a_commit_of_a_sha256_repository_is_accepted() -> None:
    assert told(*signed_push(SECRET, "app", "main", OLD, "c" * 64)).commit == "c" * 64


def test_a_branch_with_slashes_keeps_its_whole_name() -> None:
    branch = "gh-readonly-queue/main/pr-41-0a1b"
    assert told(*signed_push(SECRET, "app", branch, OLD, NEW)).branch == branch


@pytest.mark.parametrize("ref", ["refs/tags/v1.0", "refs/notes/commits", "HEAD", ""])
def test_what_is_no_branch_is_ignored(ref: str) -> None:
    assert told(*signed(SECRET, "push", push_payload("app", ref, OLD, NEW))).kind is PushKind.IGNORED


def test_a_merged_pull_request_tells_its_base_and_merge_commit() -> None:
    push = told(*signed_merge(SECRET, "app", "main", NEW, actor="jonas"))
    assert push == Push(kind=PushKind.MERGE, branch="main", commit=NEW, actor="jonas")


def test_a_closed_pull_request_that_was_not_merged_is_ignored() -> None:
    assert told(*signed_merge(SECRET, "app", "main", NEW, merged=False)).kind is PushKind.IGNORED


@pytest.mark.parametrize("missing", [None, ZERO])
def test_a_merge_without_a_commit_leaves_it_to_the_push(missing: str | None) -> None:
    payload = json.loads(signed_merge(SECRET, "app", "main", NEW)[1])
    payload["pull_request"]["merge_commit_sha"] = missing
    assert told(*signed(SECRET, "pull_request", payload)).kind is PushKind.IGNORED


def test_a_ping_is_ignored_with_a_kind_word() -> None:
    push = told(*signed_ping(SECRET, "app"))
    assert push.kind is PushKind.IGNORED
    assert "works" in push.note
    assert "Warning" not in push.note


def test_a_ping_of_a_hook_that_does_not_verify_certificates_warns() -> None:
    assert "Warning" in told(*signed_ping(SECRET, "app", insecure_ssl="1")).note


@pytest.mark.parametrize("event", ["create", "delete", "check_run", "an_event_of_tomorrow"])
def test_other_events_are_ignored_without_looking_at_their_body(event: str) -> None:
    assert told(*signed_bytes(SECRET, event, b"not even JSON")).kind is PushKind.IGNORED


def test_a_form_is_verified_over_its_raw_body_and_then_read() -> None:
    payload = json.dumps(push_payload("app", "refs/heads/staging", OLD, NEW)).replace(" ", "")
    form = ("payload=" + payload.replace('"', "%22")).encode()
    delivery = signed_bytes(SECRET, "push", form, content_type="application/x-www-form-urlencoded")
    assert told(*delivery).commit == NEW


@pytest.mark.parametrize(
    "form", [b"", b"payload", b"other=1", b"payload=1&payload=2", b"payload=%ff", b"\xff=1"]
)
def test_a_form_without_one_payload_is_malformed(form: bytes) -> None:
    assert malformed("push", form, "application/x-www-form-urlencoded").code == "payload-malformed"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"push"',
        b"\xff\xfe{}",
        b'{"ref": 1}',
        b'{"ref": "refs/heads/main"}',
        b'{"n": ' + b"9" * 5000 + b"}",
        b"[" * 200_000,
        b'{"a":' * 200_000,
    ],
)
def test_a_malformed_body_is_refused_as_such(body: bytes) -> None:
    assert malformed("push", body).code == "payload-malformed"


@pytest.mark.parametrize(
    "after", ["abc", "B" * 40, "b" * 41, "g" * 40, "b" * 40 + "\n", "--upload-pack=x", 5, None]
)
def test_what_is_no_commit_is_malformed(after: object) -> None:
    payload = {**push_payload("app", "refs/heads/main", OLD, NEW), "after": after}
    assert malformed("push", json.dumps(payload).encode()).code == "payload-malformed"


@pytest.mark.parametrize(
    "branch", ["", "-x", "a b", "a\x00b", "a~1", "x" * 256, "a\n", "\ud800", "a:b", "a*"]
)
def test_what_is_no_branch_name_is_malformed(branch: str) -> None:
    payload = push_payload("app", f"refs/heads/{branch}", OLD, NEW)
    assert malformed("push", json.dumps(payload).encode()).code == "payload-malformed"


def test_an_odd_actor_is_shown_without_its_control_characters() -> None:
    payload = {
        **push_payload("app", "refs/heads/main", OLD, NEW),
        "pusher": {"name": "ma\x1b[31mra\u202e" + "x" * 200},
    }
    actor = told(*signed(SECRET, "push", payload)).actor
    assert actor.startswith("ma[31mra")
    assert actor.isprintable()
    assert len(actor) == 100


def test_an_actor_that_is_missing_is_taken_from_the_sender() -> None:
    payload = {**push_payload("app", "refs/heads/main", OLD, NEW, actor="jonas"), "pusher": None}
    assert told(*signed(SECRET, "push", payload)).actor == "jonas"


NAMES = st.sampled_from(
    ["X-Hub-Signature-256", "X-GitHub-Event", "X-GitHub-Delivery", "Content-Type", "X-Gitea-Event"]
)
FIELDS = st.sampled_from(
    ["ref", "after", "action", "pull_request", "merged", "base", "merge_commit_sha", "pusher", "name", "hook"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS | st.text(), inner, max_size=6),
    max_leaves=20,
)


@given(headers=st.dictionaries(NAMES | st.text(), st.text()), body=st.binary())
def test_no_headers_and_no_body_raise_anything_but_a_refusal(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(PushRejected):
        receipt(headers, body)


@given(event=st.sampled_from(["push", "pull_request", "ping"]), body=st.binary(), form=st.booleans())
def test_no_signed_body_raises_anything_but_a_refusal(event: str, body: bytes, *, form: bool) -> None:
    content_type = "application/x-www-form-urlencoded" if form else "application/json"
    kept = receipt(*signed_bytes(SECRET, event, body, content_type=content_type))
    with suppress(PushRejected):
        GitHub().pushes(kept)


@given(event=st.sampled_from(["push", "pull_request", "ping"]), fields=st.dictionaries(FIELDS, JSON))
def test_no_signed_json_raises_anything_but_a_refusal(event: str, fields: dict[str, object]) -> None:
    base = {"ref": "refs/heads/main", "after": NEW, "action": "closed", "pull_request": {"merged": True}}
    kept = receipt(*signed_bytes(SECRET, event, json.dumps({**base, **fields}).encode()))
    with suppress(PushRejected):
        (push,) = GitHub().pushes(kept)
        assert push.branch.encode()[:1] != b"-"
        assert push.actor.isprintable()
