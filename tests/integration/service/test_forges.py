"""Deliveries of every forge over real HTTP, to the real web process, into the real ledger."""

import re

import pytest

from orchestrator.domain.deployment import Cause
from tests.support import bitbucket, gitea, github, gitlab
from tests.support.service import SECRET, ZERO, Service

A, B, C = "a" * 40, "b" * 40, "c" * 40
HEADS = "refs/heads/"
SIGNING = {"WEBHOOK_SECRET": gitlab.SIGNING.decode()}

FORGES = ("github", "gitlab", "gitlab signed", "gitea", "forgejo", "bitbucket")


def deliveries_of(case):
    """Return the environment, a push and a merge to staging, a push of something else.

    Signed when the test runs: a signature that bears its time is not taken five minutes later.
    """
    return {
        "github": (
            {},
            github.signed_push(SECRET, "example/app", "staging", ZERO, A, delivery="one"),
            github.signed_merge(SECRET, "example/app", "staging", B),
            github.signed(SECRET, "merge_group", {"action": "checks_requested"}),
        ),
        "gitlab": (
            {},
            gitlab.told(SECRET, "Push Hook", gitlab.push(f"{HEADS}staging", ZERO, A), delivery="one"),
            gitlab.told(SECRET, "Merge Request Hook", gitlab.merge_request("staging", B)),
            gitlab.told(SECRET, "Tag Push Hook", gitlab.push("refs/tags/staging", ZERO, C, kind="tag_push")),
        ),
        "gitlab signed": (
            SIGNING,
            gitlab.signed(
                gitlab.SIGNING, "Push Hook", gitlab.push(f"{HEADS}staging", ZERO, A), delivery="one"
            ),
            gitlab.signed(gitlab.SIGNING, "Merge Request Hook", gitlab.merge_request("staging", B)),
            gitlab.signed(gitlab.SIGNING, "Push Hook", gitlab.push(f"{HEADS}stagingx", ZERO, C)),
        ),
        "gitea": (
            {},
            gitea.signed(SECRET, "push", gitea.push(f"{HEADS}staging", ZERO, A), delivery="one", form=True),
            gitea.signed(SECRET, "pull_request", gitea.pull_request("staging", B)),
            gitea.signed(SECRET, "push", gitea.push("refs/tags/staging", ZERO, C)),
        ),
        "forgejo": (
            {},
            gitea.signed(
                SECRET, "push", gitea.push(f"{HEADS}staging", ZERO, A), forge="Forgejo", delivery="one"
            ),
            gitea.signed(SECRET, "pull_request", gitea.pull_request("staging", B), forge="Forgejo"),
            gitea.signed(SECRET, "create", {"ref": "staging", "sha": C}, forge="Forgejo"),
        ),
        "bitbucket": (
            {},
            bitbucket.signed(
                SECRET,
                "repo:push",
                bitbucket.push(bitbucket.change("main", A, C), bitbucket.change("staging", None, A)),
                delivery="one",
            ),
            bitbucket.signed(SECRET, "pullrequest:fulfilled", bitbucket.merged("staging", B)),
            bitbucket.signed(
                SECRET, "repo:push", bitbucket.push(bitbucket.change("staging", A, None, kind="tag"))
            ),
        ),
    }[case]


def start(service: Service, forge: str, **more: str) -> None:
    """Start the web process; commands know the same settings."""
    service.environment |= {"BASCULE__REPOSITORIES__APP__FORGE": forge, **more}
    service.start("web")


@pytest.mark.parametrize("case", FORGES)
def test_each_forge_is_heard_once_and_refused_when_anything_is_wrong(service, case):
    forge = case.split()[0]
    environment, push, merge, nothing = deliveries_of(case)
    start(service, forge, **environment)
    answer = service.post(*push)
    assert (answer.status_code, answer.json()["receipt"]) == (202, "one")
    assert [each["target"] for each in answer.json()["deployments"]] == ["staging"]
    again = service.post(*push)
    assert (again.status_code, again.json()["outcome"]) == (200, "stored-before")
    assert service.post(*merge).status_code == 202
    ignored = service.post(*nothing)
    assert (ignored.status_code, ignored.json()["outcome"]) == (200, "ignored")

    headers, body = push
    assert service.post(headers, body + b" ").status_code == (200 if case == "gitlab" else 401)
    # no header that shows who sent it, then each of them twice, then in capitals
    proofs = [name for name in headers if re.search("signature|token", name, re.IGNORECASE)]
    bare = {name: value for name, value in headers.items() if name not in proofs}
    refused = service.post(bare, body)
    assert (refused.status_code, refused.json()["code"]) == (401, "signature")
    # a list of signatures is lawful there; what they cover is not
    doubled = ["webhook-id"] if case == "gitlab signed" else proofs
    twice = [*headers.items(), *((name, headers[name]) for name in doubled)]
    assert service.post_raw(twice, body).content == refused.content
    shouted = {name: value.swapcase() if name in proofs else value for name, value in headers.items()}
    assert service.post(shouted, body).content == refused.content
    strange = {name: "sha256=ü\xff" if name in proofs else value for name, value in headers.items()}
    assert service.post_raw(list(strange.items()), body).content == refused.content

    other = "bitbucket" if forge == "github" else "github"
    wrong = service.post(*deliveries_of(other)[1])
    assert (wrong.status_code, wrong.json()["code"]) == (400, "other-forge")

    made = service.house.reading.deployments(target="staging")
    assert [(one.commit, one.cause) for one in made] == [(B, Cause.MERGE), (A, Cause.PUSH)]
    assert [one.actor for one in made] == ["mara", "mara"]
    heard = service.house.deliveries.newest()
    assert {one.receipt.forge for one in heard} == {forge}
    assert len(heard) == 2
    assert SECRET.decode() not in repr([one.receipt.headers for one in heard])


@pytest.mark.parametrize("case", FORGES)
def test_a_trial_is_accepted_by_the_running_service_and_deploys_nothing(service, case):
    forge, environment = case.split()[0], deliveries_of(case)[0]
    start(service, forge, **environment)
    told = service.told("webhook", "test", "app")
    assert [(one["accepted"], one["status"]) for one in told["tried"]] == [(True, 200)]
    assert service.house.deliveries.newest() == ()


def test_a_trial_with_a_secret_that_the_service_does_not_know_ends_with_1_and_shows_no_secret(service):
    start(service, "github")
    service.environment["WEBHOOK_SECRET"] = "another secret that nobody knows"
    said = service.command("webhook", "test", "app", code=1)
    assert "NOT accepted, status 401" in said
    assert "restart" in said
    assert "another secret" not in said
    for word in ("application/json", "Pushes and Pull requests", "/webhooks/app"):
        assert word in said


def test_a_trial_where_nobody_answers_ends_with_4(service):
    done = service.run("webhook", "test", "app")
    assert done.returncode == 4
    assert "--url" in done.stderr


def test_what_came_is_listed_with_what_became_of_it_and_can_be_asked_for_anew(service):
    start(service, "bitbucket")
    refs = (bitbucket.change("staging", ZERO, A), bitbucket.change("main", ZERO, B))
    for payload in (refs, refs, (bitbucket.change("staging", A, None),)):
        assert service.post(*bitbucket.signed(SECRET, "repo:push", bitbucket.push(*payload))).is_success
    gone, same, first = service.told("webhook", "list", "app")
    assert (first["deployments"], first["note"]) == ([1], "")
    assert [(push["branch"], push["commit"]) for push in first["pushes"]] == [("staging", A), ("main", B)]
    assert (same["deployments"], same["note"]) == ([], "its commit was asked for already")
    assert (gone["deployments"], gone["note"]) == ([], "a deleted branch deploys nothing")
    assert len(service.told("webhook", "list", "--limit", "1")) == 1

    assert "deployment 1" in service.command("webhook", "list")
    said = service.command("webhook", "replay", str(first["id"]))
    assert "nothing changed: it made deployment 1" in said
    assert len(service.house.reading.deployments()) == 1
    anew = service.told("webhook", "replay", str(first["id"]), "--anew")
    assert anew["made"] == {"staging": 2}
    made = service.newest()
    assert (made.id, made.commit, made.cause, made.actor) == (2, A, Cause.OPERATOR, "ada")
    assert made.confirm_head
    assert "no target follows" in service.command("webhook", "replay", str(gone["id"]))
    assert service.run("webhook", "replay", "999").returncode == 1
    assert service.run("webhook", "list", "nobody").returncode == 2


def test_more_deliveries_than_a_repository_may_send_are_told_to_come_back(service):
    start(service, "github", BASCULE__REPOSITORIES__APP__DELIVERIES_PER_MINUTE="3")
    for _ in range(5):  # what is not signed does not count
        assert service.post({"X-GitHub-Event": "push"}, b"{}").status_code == 401
    answers = [service.post(*github.signed_ping(SECRET, "app")) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["retry-after"] == "10"
    assert answers[-1].json()["code"] == "too-many-deliveries"
