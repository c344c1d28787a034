"""A branch is moved, forced, deleted or made anew while a deployment of it is under way.

Deliveries come over real HTTP; worker lives end where the branch is moved, so that the moment is exact.
"""

import signal

import pytest

from orchestrator.domain.deployment import Status
from tests.support.github import signed_push
from tests.support.places import table
from tests.support.service import SECRET, ZERO

PLACES = ("early", "late", "onward", "away", "begun", "anew", "anew-same")
OLD, NEW = "20260101000001", "20260101000002"


@pytest.fixture(scope="module", autouse=True)
def web(made_places):
    next(iter(made_places.values())).service.start("web")


def tell(place, commit):
    """Tell of a head as the forge does; return the deployment."""
    answer = place.deliver(commit)
    assert answer.status_code == 202, answer.text
    return answer.json()["deployments"][0]["id"]


def told(place):
    return [(one.commit, one.status) for one in place.deployments()]


def begin(place):
    """Adopt, and tell of a commit that leaves the old table; return commit and deployment."""
    place.begin()
    place.migration(OLD, "old", table("old"), "drop table public.old;\n")
    commit = place.commit("Old")
    return commit, tell(place, commit)


def force(place):
    """Force the branch to a commit without the old table but with a new one; return commit and deployment."""
    place.work.git("reset", "--quiet", "--hard", "HEAD~1")
    place.migration(NEW, "new", table("new"), "drop table public.new;\n")
    commit = place.commit("New")
    return commit, tell(place, commit)


@pytest.mark.parametrize(
    ("name", "point"),
    [("early", "checkout: recorded"), ("late", "apply: claimed")],
)
def test_what_a_branch_was_forced_away_from_after_its_checkout_is_never_applied(
    made_places, worker_lives, name, point
):
    place = made_places[name]
    old, first = begin(place)
    assert worker_lives.live(first, die_at=point) == -signal.SIGKILL
    new, second = force(place)
    assert worker_lives.live(second) == 0
    assert told(place) == [(old, Status.SUPERSEDED), (new, Status.SUCCEEDED)]
    assert place.versions() == place.recorded() == [NEW]
    finals = "select deployment, kind from bascule.event where final and target = %(target)s order by id"
    assert place.ledger(finals) == [(first, "superseded"), (second, "succeeded")]


def test_what_a_branch_only_went_on_from_is_applied_before_what_came_later(made_places, worker_lives):
    place = made_places["onward"]
    old, first = begin(place)
    assert worker_lives.live(first, die_at="rehearse: recorded") == -signal.SIGKILL
    place.migration(NEW, "new", table("new"), "drop table public.new;\n")
    new = place.commit("New")
    assert worker_lives.live(tell(place, new)) == 0
    assert told(place) == [(old, Status.SUCCEEDED), (new, Status.SUCCEEDED)]
    assert place.versions() == place.recorded() == [OLD, NEW]


def test_while_nobody_can_say_whether_a_branch_was_forced_nothing_is_applied(made_places, worker_lives):
    place = made_places["away"]
    old, first = begin(place)
    assert worker_lives.live(first, die_at="rehearse: recorded") == -signal.SIGKILL
    new, second = force(place)
    elsewhere = place.work.remote.rename(place.work.remote.with_name("elsewhere.git"))
    try:
        assert worker_lives.live(first, die_at="apply: before record") == -signal.SIGKILL
    finally:
        elsewhere.rename(place.work.remote)
    assert place.versions() == []
    assert worker_lives.live(second) == 0
    assert told(place) == [(old, Status.SUPERSEDED), (new, Status.SUCCEEDED)]


def test_what_was_begun_before_a_branch_was_forced_comes_to_its_own_end(made_places, worker_lives):
    place = made_places["begun"]
    old, first = begin(place)
    assert worker_lives.live(first, die_at="apply: after a migration committed") == -signal.SIGKILL
    new, second = force(place)
    assert worker_lives.live(second) == 0
    assert told(place) == [(old, Status.SUCCEEDED), (new, Status.REFUSED)]
    assert place.versions() == place.recorded() == [OLD]


@pytest.mark.parametrize("name", ["anew", "anew-same"])
def test_a_branch_that_was_deleted_and_is_made_anew_is_deployed(made_places, worker_lives, name):
    """Also from the very commit that was refused while there was no such branch."""
    place = made_places[name]
    old, first = begin(place)
    place.work.git("push", "--quiet", "origin", f":{name}")
    deletion = place.service.post(*signed_push(SECRET, "example/app", name, old, ZERO))
    assert (deletion.status_code, deletion.json()["deployments"]) == (200, [])
    assert worker_lives.live(first) == 0
    assert told(place) == [(old, Status.REFUSED)]
    known = place.service.house.outbox().followed_heads()[name]
    if name == "anew":
        new, second = force(place)
    else:
        place.work.push("origin", name)
        new, second = old, tell(place, old)
    assert known != new, "the head watch would see it too"
    assert worker_lives.live(second) == 0
    assert told(place) == [(old, Status.REFUSED), (new, Status.SUCCEEDED)]
    assert place.versions() == place.recorded() == [OLD if name == "anew-same" else NEW]
