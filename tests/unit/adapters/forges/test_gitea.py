import json
from collections.abc import Mapping
from urllib.parse import quote

import pytest

from orchestrator.adapters.forges.gitea import Gitea
from orchestrator.domain.errors import PushRejected
from orchestrator.domain.push import Push, PushKind, Receipt
from tests.support.gitea import pull_request, push, signed
from tests.support.github import signed_push

SECRET = b"first of two"
OLD, NEW, ZERO = "a" * 40, "b" * 40, "0" * 40
HEADS = "refs/heads/"


def receipt(headers: Mapping[str, str], body: bytes, *secrets: bytes, forge: str = "Gitea") -> Receipt:
    return Gitea(forge).receipt("app", headers, body, secrets or (SECRET,))


def asked(event: str, payload: Mapping[str, object], *, form: bool = False) -> Push:
    (found,) = Gitea().pushes(receipt(*signed(SECRET, event, payload, form=form)))
    return found


def refusal(headers: Mapping[str, str], body: bytes, *secrets: bytes, forge: str = "Gitea") -> PushRejected:
    with pytest.raises(PushRejected) as caught:
        receipt(headers, body, *secrets, forge=forge)
    return caught.value


@pytest.mark.parametrize("form", [False, True])
def test_a_push_tells_branch_commit_and_who_in_json_and_in_a_form(form: bool) -> None:  # noqa: FBT001
    found = asked("push", push(f"{HEADS}staging", OLD, NEW, actor="jonas"), form=form)
    assert found == Push(kind=PushKind.PUSH, branch="staging", commit=NEW, actor="jonas")


def test_a_deleted_branch_is_a_deletion_although_nothing_but_zeros_says_so() -> None:
    assert asked("push", push(f"{HEADS}main", OLD, ZERO)).kind is PushKind.DELETION


def test_a_merged_pull_request_tells_its_base_and_merge_commit() -> None:
    found = asked("pull_request", pull_request("main", NEW, actor="jonas"))
    assert found == Push(kind=PushKind.MERGE, branch="main", commit=NEW, actor="jonas")


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("push", push("refs/tags/v1", ZERO, NEW)),
        ("create", {"ref": "main", "ref_type": "branch", "sha": NEW}),
        ("delete", {"ref": "main", "ref_type": "branch"}),
        ("pull_request", pull_request("main", NEW, merged=False)),
        ("release", {}),
    ],
)
def test_what_deploys_nothing_is_ignored(event: str, payload: Mapping[str, object]) -> None:
    assert asked(event, payload).kind is PushKind.IGNORED


def test_a_form_is_signed_over_what_its_field_holds_and_not_over_its_own_bytes() -> None:
    headers, body = signed(SECRET, "push", push(f"{HEADS}main", OLD, NEW), form=True)
    content = json.dumps(push(f"{HEADS}main", OLD, NEW), ensure_ascii=False)
    assert receipt(headers, f"payload={quote(content)}".encode()).event == "push"
    raw = signed(SECRET, "push", body)[0]["X-Gitea-Signature"]
    assert refusal({**headers, "X-Gitea-Signature": raw}, body).code == "signature"


def test_every_active_secret_is_accepted_and_no_other() -> None:
    delivery = signed(b"second", "push", push(f"{HEADS}main", OLD, NEW))
    assert receipt(*delivery, SECRET, b"second").forge == "gitea"
    assert refusal(*delivery, SECRET, b"third").code == "signature"


def test_the_empty_signature_of_a_hook_without_secret_is_none() -> None:
    for secret in (SECRET, b""):
        delivery = signed(b"", "push", push(f"{HEADS}main", OLD, NEW))
        assert refusal(*delivery, secret).code == "signature"


@pytest.mark.parametrize(
    "body", [b"", b"payload", b"other=1", b"payload=1&payload=2", b"payload=%ff", b"\xff=1", b"&" * 50]
)
def test_a_form_that_cannot_be_read_gets_the_refusal_of_one_that_is_not_signed(body: bytes) -> None:
    headers, _ = signed(SECRET, "push", b"{}", form=True)
    assert refusal(headers, body).message == refusal({}, b"").message


def test_a_long_form_of_a_stranger_is_not_looked_into() -> None:
    headers, body = signed(SECRET, "push", b"\x00" * 400_000, form=True)
    assert len(body) > 1_000_000
    assert refusal(headers, body).code == "signature"


def test_forgejo_is_told_from_gitea_whose_headers_it_sends_too() -> None:
    forgejo = signed(SECRET, "push", push(f"{HEADS}main", OLD, NEW), forge="Forgejo")
    assert receipt(*forgejo, forge="Forgejo").forge == "forgejo"
    error = refusal(*forgejo)
    assert (error.code, error.nouns["forge"]) == ("other-forge", "Forgejo")
    assert 'repositories.app.forge = "forgejo"' in error.remedy
    gitea = signed(SECRET, "push", push(f"{HEADS}main", OLD, NEW))
    assert refusal(*gitea, forge="Forgejo").code == "other-forge"


def test_githubs_delivery_is_named_although_it_is_signed_with_our_secret() -> None:
    assert refusal(*signed_push(SECRET, "app", "main", OLD, NEW)).nouns["forge"] == "GitHub"


def test_no_signature_is_kept() -> None:
    kept = receipt(*signed(SECRET, "push", b"{}")).headers
    assert kept["x-gitea-event"] == "push"
    assert not any("signature" in name for name in kept)
