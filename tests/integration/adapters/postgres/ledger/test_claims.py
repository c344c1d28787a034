"""What a claim starts, what it keeps to itself, and what a stage's end leaves in the ledger."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from orchestrator.domain.deployment import Applied, AppliedMigration, Done, Outcome, Status
from orchestrator.domain.errors import Unavailable
from orchestrator.domain.migration import Migration, SqlFile

A, B = "a" * 40, "b" * 40
MIGRATION = Migration(version="20260101000000", name="x", file=SqlFile(path="m/x.sql", sha256="f" * 64))


def age(ledger, deployment):
    ledger.rows(
        "update bascule.deployment set created = created - interval '1 h',"
        f" stage_entered = stage_entered - interval '1 h' where id = {deployment} returning id"
    )


def apply(ledger, commit, migration):
    deployment = ledger.push(commit)
    gave = Applied(migrations=(AppliedMigration(migration=migration, took_seconds=1),))
    with ledger.claims.claim(deployment) as claim:
        ledger.claims.record(claim, Done(outcome=Outcome.PASSED, gave=gave), Status.SUCCEEDED)
    return deployment


def applied_rows(ledger):
    return ledger.rows("select sha256, rollback_sha256, deployment, applied from bascule.applied")


def test_the_time_for_which_a_deployment_waited_does_not_count_as_patience(ledger):
    ledger.adopt()
    deployment = ledger.push(A)
    age(ledger, deployment)
    with ledger.claims.claim(deployment) as claim:
        assert datetime.now(UTC) - claim.deployment.stage_entered < timedelta(minutes=1)


def test_a_later_attempt_at_the_first_stage_does_not_begin_patience_anew(ledger):
    ledger.adopt()
    deployment = ledger.push(A)
    with ledger.claims.claim(deployment) as claim:
        ledger.claims.postpone(claim, seconds=0)
    age(ledger, deployment)
    with ledger.claims.claim(deployment) as claim:
        assert datetime.now(UTC) - claim.deployment.stage_entered > timedelta(minutes=59)


def test_a_version_applied_again_from_another_file_is_recorded_with_that_file(ledger):
    ledger.adopt()
    apply(ledger, A, MIGRATION)
    edited = replace(MIGRATION, file=SqlFile(path="m/x.sql", sha256="e" * 64))
    again = apply(ledger, B, edited)
    assert ledger.kept.recorded("staging") == {MIGRATION.version: "e" * 64}
    assert [row[:3] for row in applied_rows(ledger)] == [("e" * 64, None, again)]


def test_a_version_applied_again_with_another_rollback_is_recorded_with_that_one(ledger):
    ledger.adopt()
    apply(ledger, A, MIGRATION)
    completed = replace(MIGRATION, rollback=SqlFile(path="r/x.sql", sha256="d" * 64))
    again = apply(ledger, B, completed)
    assert [row[:3] for row in applied_rows(ledger)] == [("f" * 64, "d" * 64, again)]


def test_a_version_recorded_again_unchanged_stays_as_it_is(ledger):
    ledger.adopt()
    apply(ledger, A, MIGRATION)
    before = applied_rows(ledger)
    apply(ledger, B, MIGRATION)
    assert applied_rows(ledger) == before


def test_an_error_of_a_stages_own_database_work_is_not_told_as_the_ledgers(ledger):
    ledger.adopt()
    deployment = ledger.push(A)
    held = []

    def stage():
        with ledger.claims.claim(deployment) as claim:
            held.append(claim.connection)
            raise psycopg.OperationalError

    with pytest.raises(psycopg.OperationalError):
        stage()
    assert held[0].closed
    assert ledger.kept.recorded("staging") == {}, "its connection is lent no more"


def test_what_goes_wrong_with_the_ledgers_own_statements_is_told_in_our_words(ledger):
    ledger.adopt()
    deployment = ledger.push(A)
    with ledger.claims.claim(deployment) as claim:
        ledger.rows(f"select pg_terminate_backend({claim.connection.info.backend_pid})")
        with pytest.raises(Unavailable):
            ledger.claims.record(claim, Done(outcome=Outcome.PASSED), Status.SUCCEEDED)
    with ledger.claims.claim(deployment) as claim:
        ledger.rows(f"select pg_terminate_backend({claim.connection.info.backend_pid})")
        with pytest.raises(Unavailable):
            ledger.claims.postpone(claim, seconds=0)
    with ledger.claims.claim(deployment) as claim:
        ledger.rows(f"select pg_terminate_backend({claim.connection.info.backend_pid})")
        with pytest.raises(Unavailable):
            ledger.claims.supersede(claim, head=B)
    assert ledger.reading.deployment(deployment).status is Status.RUNNING
