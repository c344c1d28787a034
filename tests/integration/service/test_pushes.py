"""What forges tell, in time, late, twice, in the wrong order or in bad faith, over real HTTP."""

import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx

from orchestrator.domain.deployment import Cause, Status
from tests.support.github import signed_bytes, signed_merge, signed_ping, signed_push
from tests.support.places import at, table
from tests.support.service import SECRET, ZERO, eventually

PLACES = (
    "forced",
    "late",
    "reordered",
    "back",
    "merged",
    "merge-first",
    "copies",
    "vanished",
    "deleted",
    "gone",
    "hostile",
    "unadopted",
)
SETTINGS = {"settings": {"forced": 'when_files_leave = "warn"'}}

NAME = "example/app"


def send(place, delivery, repository="app"):
    headers, body = delivery
    return place.service.post(headers, body, repository)


def told(place):
    return [(one.commit, one.status) for one in place.deployments()]


@at("forced")
def test_a_branch_that_is_forced_from_a_to_b_and_back_is_deployed_each_time(place):
    place.migration("20260101000000", "a", table("a"))
    first = place.deploy("A").commit
    place.migration("20260102000000", "b", table("b"))
    second = place.deploy("B").commit
    place.work.git("reset", "--quiet", "--hard", first)
    place.work.push("origin", place.name, force=True)
    assert place.deliver(first).status_code == 202
    place.service.ended(first, place.name)
    assert told(place) == [(commit, Status.SUCCEEDED) for commit in (first, second, first)]
    assert place.versions() == ["20260101000000", "20260102000000"]


@at("late")
def test_the_head_in_git_decides_and_not_the_order_in_which_webhooks_arrive(place):
    place.migration("20260101000000", "a", table("a"))
    first = place.commit("A")
    place.migration("20260102000000", "b", table("b"))
    second = place.deploy("B").commit
    assert place.deliver(first).status_code == 202
    eventually(lambda: told(place)[-1] == (first, Status.SUPERSEDED), what="the late one's end")
    again = place.deliver(second)
    assert [one["id"] for one in again.json()["deployments"]] == [place.deployments()[0].id]
    assert told(place) == [(second, Status.SUCCEEDED), (first, Status.SUPERSEDED)]
    place.work.git("reset", "--quiet", "--hard", first)
    place.work.push("origin", place.name, force=True)
    assert place.deliver(first).status_code == 202
    assert place.service.ended(first, place.name).status is Status.REFUSED
    assert len(place.deployments()) == 3


def three_commits(place):
    """Push three commits that follow each other, and tell of none."""
    commits = []
    for number, name in enumerate(("a", "b", "c"), start=1):
        place.migration(f"2026010{number}000000", name, table(name))
        commits.append(place.commit(name))
    return commits


def told_and_adopted(place, *commits):
    """Tell of these in this order before anything can begin, then adopt and wait for the head's end."""
    place.service.house.care.release(place.name, actor="ada")
    for commit in commits:
        assert place.deliver(commit).status_code == 202
    place.service.house.care.adopt(place.name, commit=None, present=(), actor="ada")
    return place.service.ended(place.work.head, place.name)


@at("reordered")
def test_three_pushes_told_in_the_wrong_order_end_at_the_head_once(place):
    first, second, third = three_commits(place)
    assert told_and_adopted(place, third, first, second).status is Status.SUCCEEDED
    assert told(place) == [
        (third, Status.SUPERSEDED),
        (first, Status.SUPERSEDED),
        (second, Status.SUPERSEDED),
        (third, Status.SUCCEEDED),
    ]
    assert place.versions() == place.recorded() == ["20260101000000", "20260102000000", "20260103000000"]


@at("back")
def test_a_branch_forced_to_b_and_back_before_anything_began_is_deployed_once(place):
    place.migration("20260101000000", "a", table("a"))
    first = place.commit("A")
    place.migration("20260102000000", "b", table("b"))
    second = place.commit("B")
    place.work.git("reset", "--quiet", "--hard", first)
    place.work.push("origin", place.name, force=True)
    assert told_and_adopted(place, first, second, first).status is Status.SUCCEEDED
    assert told(place) == [
        (first, Status.SUPERSEDED),
        (second, Status.SUPERSEDED),
        (first, Status.SUCCEEDED),
    ]
    assert place.versions() == place.recorded() == ["20260101000000"]


@at("merged")
def test_the_push_and_the_merge_of_one_commit_make_one_deployment(place):
    place.migration("20260101000000", "a", table("a"))
    commit = place.push("Merge pull request #41")
    answer = send(place, signed_merge(SECRET, NAME, place.name, commit))
    assert (answer.status_code, len(answer.json()["deployments"])) == (202, 1)
    place.service.ended(commit, place.name)
    assert told(place) == [(commit, Status.SUCCEEDED)]


@at("merge-first")
def test_a_merge_that_is_told_before_its_push_makes_one_deployment(place):
    place.migration("20260101000000", "a", table("a"))
    commit = place.commit("Merge pull request #41")
    merge = send(place, signed_merge(SECRET, NAME, place.name, commit))
    push = place.deliver(commit)
    assert (merge.status_code, push.status_code) == (202, 202)
    assert merge.json()["deployments"][0]["id"] == push.json()["deployments"][0]["id"]
    assert place.service.ended(commit, place.name).cause is Cause.MERGE
    assert send(place, signed_push(SECRET, NAME, place.name, ZERO, commit)).status_code == 202
    assert told(place) == [(commit, Status.SUCCEEDED)]


@at("copies")
def test_ten_copies_of_a_delivery_at_once_and_ten_redeliveries_make_one_deployment(place):
    place.migration("20260101000000", "a", table("a"))
    commit = place.commit("A")
    same = [signed_push(SECRET, NAME, place.name, ZERO, commit, delivery="the-same")] * 10
    others = [signed_push(SECRET, NAME, place.name, ZERO, commit) for _ in range(10)]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda one: send(place, one), same + others))
    codes = [answer.status_code for answer in answers]
    assert sorted(codes[:10]) == [200] * 9 + [202]
    assert codes[10:] == [202] * 10
    place.service.ended(commit, place.name)
    assert told(place) == [(commit, Status.SUCCEEDED)]


@at("vanished")
def test_a_commit_that_vanished_is_looked_for_and_gives_way_to_the_head_in_the_end(place):
    vanished = "d" * 40
    place.migration("20260101000000", "a", table("a"))
    head = place.commit("A")
    assert place.deliver(vanished).status_code == 202
    eventually(lambda: "does not know commit" in place.service.log("worker"), what="the first look")
    assert told(place) == [(vanished, Status.RUNNING)]
    place.ledger(
        "update bascule.deployment set created = created - interval '61 s' where commit = repeat('d', 40)"
    )
    assert place.service.ended(head, place.name).status is Status.SUCCEEDED
    assert told(place) == [(vanished, Status.SUPERSEDED), (head, Status.SUCCEEDED)]


@at("deleted")
def test_the_deletion_of_a_branch_deploys_nothing(place):
    place.work.git("push", "--quiet", "origin", f":{place.name}")
    answer = send(place, signed_push(SECRET, NAME, place.name, place.work.head, ZERO))
    assert (answer.status_code, answer.json()["deployments"]) == (200, [])
    assert told(place) == []


@at("gone")
def test_a_push_to_a_branch_that_is_gone_by_now_is_refused_and_says_so(place):
    commit = place.commit("A")
    place.work.git("push", "--quiet", "origin", f":{place.name}")
    assert place.deliver(commit).status_code == 202
    deployment = place.service.ended(commit, place.name)
    assert deployment.status is Status.REFUSED
    shown = place.service.command("show", str(deployment.id))
    assert "branch-gone" in shown
    assert f"app has no branch {place.name}" in " ".join(shown.split())


def test_a_push_before_adoption_waits_and_is_deployed_by_the_adoption(running_places):
    place = running_places["unadopted"]
    place.migration("20260101000000", "a", table("a"))
    commit = place.push("A")
    eventually(lambda: place.deployments()[0].needs_a_person, what="the wait")
    assert "waiting for adoption" in place.service.command("status", place.name)
    place.adopt()
    assert place.service.ended(commit, place.name).status is Status.SUCCEEDED


def announced(place, length):
    """Announce a body of this length and send none of it; return the status of the answer."""
    parts = urlsplit(place.service.webhooks)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as line:
        line.sendall(f"POST /webhooks/app HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
        return int(line.recv(4096).split()[1])


@at("hostile")
def test_what_is_not_a_signed_push_is_refused_with_a_reason_and_nothing_of_it_is_stored(place):
    commit = place.commit("A")
    good = signed_push(SECRET, NAME, place.name, ZERO, commit)
    headers, body = good
    before = place.ledger("select count(*) from bascule.push")
    unsigned = {name: value for name, value in headers.items() if "Signature" not in name}
    cases = {
        "unsigned": (send(place, (unsigned, body)), 401, "signature"),
        "wrong secret": (
            send(place, signed_push(b"x" * 40, NAME, place.name, ZERO, commit)),
            401,
            "signature",
        ),
        "changed on the way": (send(place, (headers, body + b" ")), 401, "signature"),
        "no JSON": (send(place, signed_bytes(SECRET, "push", b"{")), 400, None),
        "no object": (send(place, signed_bytes(SECRET, "push", b"[1]")), 400, None),
        "no push": (send(place, signed_bytes(SECRET, "push", b'{"ref": 7}')), 400, None),
        "unknown repository": (send(place, good, "other"), 404, "repository-unknown"),
        "ping": (send(place, signed_ping(SECRET, NAME)), 200, None),
        "unknown branch": (send(place, signed_push(SECRET, NAME, "feature/x", ZERO, commit)), 200, None),
        "a GET": (httpx.get(f"{place.service.webhooks}/webhooks/app"), 405, "method-not-allowed"),
        "the page": (httpx.get(f"{place.service.webhooks}/"), 404, "not-found"),
    }
    for name, (answer, status, code) in cases.items():
        assert answer.status_code == status, (name, answer.text)
        assert answer.json().get("code") == code or code is None, (name, answer.text)
        if status >= 400:
            assert answer.json()["message"], name
    assert announced(place, 26 * 1024 * 1024) == 413
    assert place.ledger("select count(*) from bascule.push") == before
    assert send(place, good).status_code == 202
    assert send(place, good).status_code == 200
    assert place.service.ended(commit, place.name).status is Status.SUCCEEDED
    assert len(place.deployments()) == 1


def test_no_process_of_git_is_left_over(running_places):
    remote = str(running_places["forced"].work.remote)
    seen = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert [line for line in seen.splitlines() if line.startswith("git") and remote in line] == []
