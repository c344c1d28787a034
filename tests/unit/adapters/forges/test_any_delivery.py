"""Whatever is sent, to whichever forge's reader: pushes, or one refusal; never anything else, and soon."""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.forges.known import FORGES
from orchestrator.domain.errors import PushRejected
from orchestrator.domain.push import Push, PushKind
from orchestrator.settings import raw
from tests.support import bitbucket, gitea, github, gitlab

SECRET = b"kept between us two"
NEW = "b" * 40
EVENTS = {
    "github": ("push", "pull_request", "ping"),
    "gitlab": ("Push Hook", "Merge Request Hook", "Tag Push Hook"),
    "gitea": ("push", "pull_request"),
    "forgejo": ("push", "pull_request"),
    "bitbucket": ("repo:push", "pullrequest:fulfilled"),
}
SIGNED: dict[str, Callable[[str, bytes], gitlab.Delivery]] = {
    "github": lambda event, body: github.signed_bytes(SECRET, event, body),
    "gitlab": lambda event, body: gitlab.told(SECRET, event, body),
    "gitea": lambda event, body: gitea.signed(SECRET, event, body),
    "forgejo": lambda event, body: gitea.signed(SECRET, event, body, forge="Forgejo"),
    "bitbucket": lambda event, body: bitbucket.signed(SECRET, event, body),
}
BASES: dict[str, Any] = {
    "ref": "refs/heads/main",
    "after": NEW,
    "action": "closed",
    "object_kind": "push",
    "pull_request": {"merged": True, "base": {"ref": "main"}, "merge_commit_sha": NEW},
    "object_attributes": {"action": "merge", "target_branch": "main", "merge_commit_sha": NEW},
    "push": {"changes": [{"new": {"type": "branch", "name": "main", "target": {"hash": NEW}}}]},
    "pullrequest": {"destination": {"branch": {"name": "main"}}, "merge_commit": {"hash": NEW}},
}
NAMES = st.sampled_from(
    sorted({name for forge in SIGNED for name in SIGNED[forge]("push", b"{}")[0]} | {"webhook-signature"})
)
FIELDS = st.sampled_from(
    [
        *BASES,
        "merged",
        "base",
        "target_branch",
        "merge_commit_sha",
        "changes",
        "new",
        "old",
        "type",
        "name",
        "hash",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS | st.text(), inner, max_size=6),
    max_leaves=20,
)
EVERY = pytest.mark.parametrize("forge", FORGES)


def pushes(forge: str, event: str, body: bytes, **headers: str) -> tuple[Push, ...]:
    reader = FORGES[forge]()
    sent, body = SIGNED[forge](event, body)
    changed = {name.replace("_", "-"): value for name, value in headers.items()}
    return reader.pushes(reader.receipt("app", {**sent, **changed}, body, (SECRET,)))


def refusal(forge: str, event: str, body: bytes, **headers: str) -> PushRejected:
    with pytest.raises(PushRejected) as caught:
        pushes(forge, event, body, **headers)
    return caught.value


def test_every_forge_that_settings_may_name_is_read() -> None:
    assert raw.Repository.model_fields["forge"].annotation is not None
    assert set(raw.Repository.model_fields["forge"].annotation.__args__) == set(FORGES) == set(SIGNED)


@EVERY
@given(headers=st.dictionaries(NAMES | st.text(), st.text()), body=st.binary())
def test_no_headers_and_no_body_of_a_stranger_raise_anything_but_a_refusal(
    forge: str, headers: dict[str, str], body: bytes
) -> None:
    for secret in (SECRET, gitlab.SIGNING):
        with pytest.raises(PushRejected):
            FORGES[forge]().receipt("app", headers, body, (secret,))


@EVERY
@given(changed=st.dictionaries(NAMES, st.text() | st.sampled_from([" ", "sha256=", "v1,", "0" * 64])))
def test_no_change_of_a_signed_deliverys_headers_raises_anything_but_a_refusal(
    forge: str, changed: dict[str, str]
) -> None:
    for event in EVENTS[forge]:
        sent, body = SIGNED[forge](event, json.dumps(BASES).encode())
        reader = FORGES[forge]()
        with suppress(PushRejected):
            reader.pushes(reader.receipt("app", {**sent, **changed}, body, (SECRET,)))


@EVERY
@given(
    body=st.binary(),
    kind=st.sampled_from(["application/json", "application/x-www-form-urlencoded", "a/b", ""]),
)
def test_no_signed_body_raises_anything_but_a_refusal(forge: str, body: bytes, kind: str) -> None:
    for event in EVENTS[forge]:
        with suppress(PushRejected):
            pushes(forge, event, body, Content_Type=kind)


@EVERY
@given(fields=st.dictionaries(FIELDS, JSON))
def test_no_signed_json_raises_anything_but_a_refusal(forge: str, fields: dict[str, Any]) -> None:
    for event in EVENTS[forge]:
        with suppress(PushRejected):
            for push in pushes(forge, event, json.dumps({**BASES, **fields}).encode()):
                assert push.branch[:1] != "-"
                assert push.actor.isprintable()
                assert (len(push.commit) in (40, 64)) is (push.kind in (PushKind.PUSH, PushKind.MERGE))


BOMBS: Mapping[str, bytes] = {
    "lists in lists": b"[" * 5_000_000,
    "objects in objects": b'{"a":' * 1_000_000,
    "nested and closed": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a number of a million digits": b'{"n": ' + b"9" * 1_000_000 + b"}",
    "a field twice": b'{"ref": "refs/heads/main", "ref": "refs/heads/other"}',
    "a field twice, further in": b'{"push": {"changes": [], "changes": []}}',
    "not a number": b'{"n": NaN}',
    "an endless number": b'{"n": -Infinity}',
    "not UTF-8": b'{"ref": "\xff"}',
    "a mark of byte order": b"\xef\xbb\xbf{}",
    "UTF-16": '{"ref": "refs/heads/main"}'.encode("utf-16"),
    "nothing": b"",
    "a list": b"[]",
}


@EVERY
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_one_clear_refusal_in_bounded_time(forge: str, bomb: str) -> None:
    for event in EVENTS[forge]:
        began = time.monotonic()
        assert refusal(forge, event, BOMBS[bomb]).code == "payload-malformed"
        assert time.monotonic() - began < 2


@EVERY
def test_a_number_that_is_too_large_or_too_small_does_no_harm_where_nobody_reads_it(forge: str) -> None:
    body = json.dumps({**BASES, "n": 10**4000, "object_kind": "push"}).replace('"n":', '"m": 1e999999, "n":')
    (push,) = pushes(forge, EVENTS[forge][0], body.encode())
    assert (push.kind, push.commit) == (PushKind.PUSH, NEW)


@EVERY
@pytest.mark.parametrize(
    "branch", ["\ud800", "a\x00b", "../main", "a..b", "a@{1}", "-x", "/main", "main/", "m.lock"]
)
def test_a_name_that_git_would_not_allow_is_malformed(forge: str, branch: str) -> None:
    change = {"new": {"type": "branch", "name": branch, "target": {"hash": NEW}}}
    payload = {**BASES, "ref": f"refs/heads/{branch}", "push": {"changes": [change]}}
    assert refusal(forge, EVENTS[forge][0], json.dumps(payload).encode()).code == "payload-malformed"


@EVERY
@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "json"])
def test_a_body_that_is_neither_json_nor_a_form_is_malformed(forge: str, kind: str) -> None:
    error = refusal(forge, EVENTS[forge][0], json.dumps(BASES).encode(), Content_Type=kind)
    assert error.code == "payload-malformed"
    assert "application/json" in error.remedy


@EVERY
@pytest.mark.parametrize("change", [str.upper, "{}, {}".format, " {}".format, "{} ".format, '"{}"'.format])
def test_a_signature_that_is_written_otherwise_is_none(forge: str, change: Callable[..., str]) -> None:
    sent, body = SIGNED[forge](EVENTS[forge][0], json.dumps(BASES).encode())
    secret_ones = {"X-Hub-Signature-256", "X-Hub-Signature", "X-Gitea-Signature", "X-Forgejo-Signature"}
    changed = {
        name: change(value, value) if change is not str.upper else value.upper()
        for name, value in sent.items()
        if name in {*secret_ones, "X-Gitlab-Token"}
    }
    assert changed
    with pytest.raises(PushRejected) as caught:
        FORGES[forge]().receipt("app", {**sent, **changed}, body, (SECRET,))
    assert caught.value.code == "signature"


@EVERY
def test_another_forges_delivery_gets_one_clear_refusal(forge: str) -> None:
    for other in set(FORGES) - {forge}:
        sent, body = SIGNED[other](EVENTS[other][0], json.dumps(BASES).encode())
        with pytest.raises(PushRejected) as caught:
            FORGES[forge]().receipt("app", sent, body, (SECRET,))
        assert caught.value.code == "other-forge"
        assert f'repositories.app.forge = "{other}"' in caught.value.remedy


@pytest.mark.parametrize(
    ("forge", "event", "payload"),
    [
        (
            "github",
            "merge_group",
            {"action": "checks_requested", "merge_group": {"head_ref": "refs/heads/main"}},
        ),
        ("github", "create", {"ref": "main", "ref_type": "branch"}),
        ("github", "delete", {"ref": "main", "ref_type": "branch"}),
        ("github", "push", github.push_payload("app", "refs/tags/main", "0" * 40, NEW)),
        ("gitea", "create", {"ref": "main", "ref_type": "branch", "sha": NEW}),
        ("forgejo", "delete", {"ref": "main", "ref_type": "branch"}),
    ],
)
def test_queues_tags_creates_and_deletes_never_deploy(
    forge: str, event: str, payload: Mapping[str, Any]
) -> None:
    (push,) = pushes(forge, event, json.dumps({**BASES, **payload}).encode())
    assert push.kind is PushKind.IGNORED
