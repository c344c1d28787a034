import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.catalog.facts import facts_from_bytes
from orchestrator.domain.deployment import Done, Observation, Outcome
from orchestrator.domain.drift import WhenDrifted
from orchestrator.domain.errors import TargetError
from orchestrator.domain.finding import Severity
from orchestrator.domain.target import TargetPolicy
from orchestrator.stages import observe
from tests.support.servers import TestDatabase

POLICY = TargetPolicy(name="staging", repository="app", branch="staging")


class Shelf:
    """What was given to be kept."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    def keep(self, contents: Sequence[bytes]) -> None:
        self.contents |= {hashlib.sha256(content).hexdigest(): content for content in contents}


def test_facts_are_kept_under_the_name_that_the_observation_gives(target_database: TestDatabase) -> None:
    shelf = Shelf()
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute("create table public.orders (id int)")
        with Reader(connection, "staging").asking() as database:
            done = observe.run(database, policy=POLICY, kept=shelf)
    assert done.outcome is Outcome.PASSED
    assert done.gave is not None
    facts = facts_from_bytes(shelf.contents[done.gave.facts])
    assert facts.fingerprint == done.gave.fingerprint
    assert ("table", "public.orders") in {(fact.kind, fact.identity) for fact in facts.all}
    assert [relation.name for relation in done.gave.matrix.relations] == ["public.orders"]


def test_a_catalog_that_cannot_be_read_is_an_error_and_nothing_is_kept(target_database: TestDatabase) -> None:
    shelf = Shelf()
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute("set statement_timeout = '1ms'")
        with Reader(connection, "staging").asking() as database, pytest.raises(TargetError) as raised:
            observe.run(database, policy=POLICY, kept=shelf)
    assert raised.value.nouns["sqlstate"] == "57014"
    assert shelf.contents == {}


def looked(
    url: str,
    recorded: bytes | None = None,
    when: WhenDrifted = WhenDrifted.WARN,
    rules: Mapping[str, Severity | None] | None = None,
) -> tuple[Done[Observation], bytes]:
    """Observe; return what came of it, and the facts."""
    shelf = Shelf()
    with (
        psycopg.connect(url, autocommit=True) as connection,
        Reader(connection, "staging").asking() as database,
    ):
        policy = replace(POLICY, when_drifted=when, severities=rules or {})
        done = observe.run(database, policy=policy, kept=shelf, recorded=recorded)
    assert done.gave is not None
    return done, shelf.contents[done.gave.facts]


def test_what_somebody_else_changed_is_told_as_the_policy_says(target_database: TestDatabase) -> None:
    _, recorded = looked(target_database.url)
    assert looked(target_database.url, recorded)[0].findings == ()
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute("create table public.orders (id int primary key, secret text default 'swordfish')")
    for when, outcome, severities in (
        (WhenDrifted.WARN, Outcome.PASSED, [Severity.WARNING]),
        (WhenDrifted.REFUSE, Outcome.REFUSED, [Severity.ERROR]),
        (WhenDrifted.IGNORE, Outcome.PASSED, []),
    ):
        done, _ = looked(target_database.url, recorded, when)
        assert (done.outcome, [each.severity for each in done.findings]) == (outcome, severities)
    (finding,) = looked(target_database.url, recorded)[0].findings
    assert finding.rule == "target-drifted"
    assert finding.message == (
        "staging is not as Bascule left it, 1 thing changed: table public.orders was added"
    )
    assert "bascule drift staging --accept" in finding.remedy


def test_what_the_rules_of_a_target_say_of_drift_weighs_more(target_database: TestDatabase) -> None:
    _, recorded = looked(target_database.url)
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute("create table public.orders (id int)")
    for severity, outcome, severities in (
        (Severity.ERROR, Outcome.REFUSED, [Severity.ERROR]),
        (Severity.NOTE, Outcome.PASSED, [Severity.NOTE]),
        (None, Outcome.PASSED, []),
    ):
        done, _ = looked(target_database.url, recorded, rules={"target-drifted": severity})
        assert (done.outcome, [each.severity for each in done.findings]) == (outcome, severities)


@pytest.mark.parametrize("recorded", [None, b'{"form": 1, "server_major": 18, "facts": []}'])
def test_where_nothing_can_be_compared_there_is_no_drift(
    target_database: TestDatabase, recorded: bytes | None
) -> None:
    done, _ = looked(target_database.url, recorded, WhenDrifted.REFUSE)
    assert (done.outcome, done.findings) == (Outcome.PASSED, ())
