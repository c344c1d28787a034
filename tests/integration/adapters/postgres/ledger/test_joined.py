from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from orchestrator.adapters.postgres.ledger.connection import ControlDatabase
from orchestrator.domain.deployment import Done, Outcome, Stage
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.migration import checksum


@pytest.fixture
def opened(monkeypatch):
    """Every connection that is opened."""
    real, opened = ControlDatabase.connect, []

    def connect(self):
        opened.append(real(self))
        return opened[-1]

    monkeypatch.setattr(ControlDatabase, "connect", connect)
    return opened


def test_what_a_stage_asks_goes_over_the_connection_of_its_claim(ledger, opened):
    ledger.adopt()
    deployment = ledger.push("a" * 40)
    opened.clear()
    with ledger.claims.claim(deployment) as claim:
        assert claim is not None
        ledger.kept.keep([b"select 1;"])
        assert ledger.kept.content([checksum(b"select 1;")])
        assert ledger.kept.recorded("staging") == {}
        assert ledger.claims.ledger_id
        assert len(opened) == 1
    ledger.kept.recorded("staging")
    assert len(opened) == 2, "nothing is lent any more"


def test_the_next_stage_of_a_worker_finds_its_session_open_and_the_target_free(ledger, opened):
    ledger.adopt()
    deployment = ledger.push("a" * 40)
    opened.clear()
    for _ in range(3):
        with ledger.claims.claim(deployment) as claim:
            assert claim is not None
    assert len(opened) == 1
    assert ledger.rows("select 1 from pg_locks where locktype = 'advisory'") == []


def test_a_stage_that_ends_by_an_error_closes_its_session(ledger, opened):
    ledger.adopt()
    deployment = ledger.push("a" * 40)
    opened.clear()
    with pytest.raises(ZeroDivisionError), ledger.claims.claim(deployment):
        raise ZeroDivisionError
    assert opened[0].closed
    with ledger.claims.claim(deployment) as claim:
        assert claim is not None


def test_a_session_that_the_server_ended_meanwhile_is_replaced(ledger, opened):
    ledger.adopt()
    deployment = ledger.push("a" * 40)
    opened.clear()
    with ledger.claims.claim(deployment):
        pass
    ledger.rows(f"select pg_terminate_backend({opened[0].info.backend_pid}, 5000)")
    with ledger.claims.claim(deployment) as claim:
        assert claim is not None


def test_whom_a_record_wakes_finds_the_target_free(ledger):
    """The lock goes with the commit, not at some moment after it."""
    ledger.adopt()
    deployment = ledger.push("a" * 40)
    with ledger.claims.claim(deployment) as claim:
        ledger.claims.record(claim, Done(outcome=Outcome.PASSED), Stage.PLAN)
        with ledger.claims.claim(deployment) as following:
            assert following is not None


def test_a_claim_never_joins_a_claim(ledger):
    ledger.adopt()
    deployment = ledger.push("a" * 40)
    with ledger.claims.claim(deployment) as first:
        assert first is not None
        with ledger.claims.claim(deployment) as second:
            assert second is None
        assert ledger.kept.recorded("staging") == {}, "the first claim's connection is lent again"


def test_what_goes_wrong_on_a_lent_connection_is_told_in_our_words(empty_database):
    control = ControlDatabase(empty_database.url)
    with control.connection() as connection, control.lending(connection):
        with pytest.raises(ConfigurationError, match="tables are missing"), control.joined() as lent:
            lent.execute("select from bascule.deployment")
        with control.joined() as lent:
            assert lent is connection
            lent.execute("select")


def test_an_error_while_connections_are_lent_gives_back_what_was_lent_before(empty_database):
    control = ControlDatabase(empty_database.url)
    with control.connection() as outer, control.connection() as inner, control.lending(outer):
        with pytest.raises(psycopg.errors.DivisionByZero), control.lending(inner):
            inner.execute("select 1 / 0")
        with control.joined() as lent:
            assert lent is outer
        inner.close()
        with pytest.raises(psycopg.OperationalError), control.lending(inner):
            inner.execute("select")
        with control.joined() as lent:
            assert lent is outer
            lent.execute("select")


def test_an_error_while_a_connection_is_lent_leaves_nothing_lent(empty_database, opened):
    control = ControlDatabase(empty_database.url)
    with (
        pytest.raises(psycopg.errors.DivisionByZero),
        control.connection() as connection,
        control.lending(connection),
    ):
        connection.execute("select 1 / 0")
    with control.joined() as another:
        assert another is not connection
    assert len(opened) == 2


def test_what_is_lent_to_one_thread_is_lent_to_no_other(empty_database):
    control = ControlDatabase(empty_database.url)

    def joined(_):
        with control.joined() as connection:
            return connection

    with control.connection() as mine, control.lending(mine), ThreadPoolExecutor(1) as pool:
        assert next(pool.map(joined, [None])) is not mine
