"""A short storm with every run of the tests; and proof that its oracle sees what is wrong: `make chaos`."""

import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from tests.chaos.__main__ import told
from tests.chaos.authors import Author
from tests.chaos.oracle import violations
from tests.chaos.points import CRASH_POINTS
from tests.chaos.run import run
from tests.chaos.town import Town, town
from tests.support.folders import a_folder

SEED = 20261123

pytestmark = [pytest.mark.servers, pytest.mark.timeout(420)]


def silent(_line: str) -> None:
    """Say nothing meanwhile."""


@contextmanager
def a_town(*, targets: int) -> Iterator[Town]:
    """Build one in a folder that the servers' user can reach."""
    with a_folder("chaos") as folder, town(folder, targets=targets, chance=random.Random(SEED)) as place:
        yield place


def test_after_a_storm_of_faults_every_deployment_has_ended_and_nothing_happened_twice(capsys):
    with a_town(targets=4) as place:
        report = run(place, seed=SEED, deployments=16, faults=24, crash_points=CRASH_POINTS, say=silent)
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(told(report)) + "\n")
    assert report.wrong == []
    assert len(report.faults) >= 8
    assert sum(report.deployments.values()) >= 16


@pytest.fixture(scope="module")
def after_calm() -> Iterator[tuple[Town, ExitStack]]:
    """A town in which three deployments went well, and what is to be closed at the end."""
    with a_town(targets=1) as place, ExitStack() as stack:
        report = run(place, seed=SEED, deployments=3, faults=0, crash_points=(), say=silent)
        assert report.wrong == []
        yield place, stack


def author_of(place: Town) -> Author:
    return next(iter(place.authors.values()))


def a_table(author: Author) -> str:
    """Return a version that made a table and is on the target."""
    return next(each for each in author.place.versions() if each not in author.indexes)


def an_effect_twice(place: Town, _stack: ExitStack) -> None:
    author = author_of(place)
    again = f"insert into public.effects (version, direction) values ('{a_table(author)}', 'up')"
    author.place.rows(again)


def a_history_row_lost(place: Town, _stack: ExitStack) -> None:
    author = author_of(place)
    history = "supabase_migrations.schema_migrations"
    author.place.rows(f"delete from {history} where version = '{a_table(author)}'")


def a_table_lost(place: Town, _stack: ExitStack) -> None:
    author = author_of(place)
    author.place.rows(f"drop table public.t{a_table(author)}")


def a_deployment_without_an_end(place: Town, _stack: ExitStack) -> None:
    place.ask(
        "update bascule.deployment set finished = null where started is not null"
        " and id = (select max(id) from bascule.deployment) returning id"
    )


def final_events_lost(place: Town, _stack: ExitStack) -> None:
    place.ask("update bascule.event set final = false returning id")


def a_notification_lost(place: Town, _stack: ExitStack) -> None:
    place.hooks.received.clear()


def a_receipt_lost(place: Town, _stack: ExitStack) -> None:
    place.acknowledged.append("never-stored")


def a_head_missed(place: Town, _stack: ExitStack) -> None:
    place.heads[author_of(place).place.name] = "0" * 40


def a_session_left(place: Town, stack: ExitStack) -> None:
    stack.enter_context(psycopg.connect(author_of(place).place.database.url, application_name="bascule"))


def a_lock_left(place: Town, stack: ExitStack) -> None:
    connection = stack.enter_context(psycopg.connect(place.ledger.url, autocommit=True))
    connection.execute("select pg_advisory_lock(1)")


def a_secret_in_a_log(place: Town, _stack: ExitStack) -> None:
    with (place.service.logs / "worker-1.log").open("a") as log:
        log.write(place.service.environment["WEBHOOK_SECRET"])


@pytest.mark.parametrize(
    ("tamper", "told_as"),
    [
        (a_secret_in_a_log, "worker-1.log: webhook secret"),
        (a_session_left, "a session of bascule is left"),
        (a_lock_left, "advisory locks are left"),
        (a_receipt_lost, "never-stored was answered with 202"),
        (a_notification_lost, "never arrived"),
        (an_effect_twice, "went up up"),
        (a_table_lost, "history and schema differ"),
        (a_history_row_lost, "history and ledger differ"),
        (final_events_lost, "has 0 final events"),
        (a_deployment_without_an_end, "never ended"),
        (a_head_missed, "the head is 0000000"),
    ],
)
def test_what_must_not_be_is_seen(after_calm, tamper, told_as):
    place, stack = after_calm
    before = violations(place)
    assert not [each for each in before if told_as in each]
    tamper(place, stack)
    assert [each for each in violations(place) if told_as in each]
