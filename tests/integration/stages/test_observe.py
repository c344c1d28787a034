import hashlib
from collections.abc import Sequence

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.catalog.facts import facts_from_bytes
from orchestrator.domain.deployment import Outcome
from orchestrator.domain.errors import TargetError
from orchestrator.stages import observe
from tests.support.servers import TestDatabase


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
            done = observe.run(database, kept=shelf, exposed_schemas=["public"])
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
            observe.run(database, kept=shelf, exposed_schemas=["public"])
    assert raised.value.nouns["sqlstate"] == "57014"
    assert shelf.contents == {}
