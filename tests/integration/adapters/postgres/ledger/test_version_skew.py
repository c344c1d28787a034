"""Old and new processes side by side: what a newer one wrote harms nobody, and is left to it."""

import pytest

from orchestrator.adapters.postgres.ledger.connection import ControlDatabase
from orchestrator.adapters.postgres.ledger.schema import upgrade
from orchestrator.domain.deployment import Done, Outcome, Stage, Status
from orchestrator.domain.errors import ConfigurationError, Unavailable
from orchestrator.domain.plan import Plan


def change(ledger, sql: str) -> None:
    with ledger.control.connection() as connection:
        connection.execute(sql.encode())


def finish(ledger, number) -> None:
    with ledger.claims.claim(number) as claim:
        assert claim is not None
        ledger.claims.record(claim, Done(outcome=Outcome.REFUSED), Status.REFUSED)


def test_columns_of_a_newer_version_are_no_trouble(ledger):
    ledger.adopt()
    for table in ("deployment", "event", "stage_run", "target", "push", "applied", "hold"):
        change(ledger, f"alter table bascule.{table} add column of_tomorrow text not null default 'x'")
    number = ledger.push("a" * 40)
    finish(ledger, number)
    assert ledger.reading.deployment(number).status is Status.REFUSED
    assert [run.stage for run in ledger.reading.runs(number)] == [Stage.CHECKOUT]
    assert ledger.reading.targets()[0].newest.id == number


@pytest.mark.parametrize("column", ["stage", "cause"])
def test_a_deployment_in_words_of_a_newer_version_is_left_to_it_as_it_is(ledger, column):
    ledger.adopt()
    number = ledger.push("a" * 40)
    change(ledger, f"update bascule.deployment set {column} = 'of_tomorrow', started = now()")
    before = ledger.rows("select * from bascule.deployment")
    with ledger.claims.claim(number) as claim:
        assert claim is None
    assert ledger.rows("select * from bascule.deployment") == before
    with ledger.control.connection() as other:
        # its target is free for who understands it
        free = other.execute(
            "select pg_try_advisory_lock(hashtextextended('bascule target staging', 0)) as it"
        )
        assert free.fetchone()["it"]
    change(
        ledger,
        f"update bascule.deployment set {column} = 'push'"
        if column == "cause"
        else "update bascule.deployment set stage = 'checkout'",
    )
    finish(ledger, number)


def test_what_only_a_newer_version_understands_is_left_out_where_people_look(ledger):
    ledger.adopt()
    first, second = ledger.push("a" * 40), ledger.push("b" * 40, "production")
    change(ledger, f"update bascule.deployment set status = 'of_tomorrow' where id = {second}")
    change(ledger, "insert into bascule.event (kind, target, actor) values ('of_tomorrow', 'staging', 'x')")
    assert [each.id for each in ledger.reading.deployments()] == [first]
    newest = {state.name: state.newest and state.newest.id for state in ledger.reading.targets()}
    assert newest == {"staging": first, "production": None}
    assert "of_tomorrow" not in {event.kind for event in ledger.reading.events()}
    assert ledger.reading.deployment(second) is None


def test_what_a_newer_stage_gave_is_waited_for_and_counts_as_no_fault(ledger):
    ledger.adopt()
    number = ledger.push("a" * 40)
    with ledger.claims.claim(number) as claim:
        assert claim is not None
        ledger.claims.record(claim, Done(outcome=Outcome.PASSED, gave=Plan(applied=3)), Stage.APPLY)
    change(ledger, "update bascule.stage_run set gave = gave || '{\"of_tomorrow\": [1]}'")
    assert ledger.kept.gave(number, Stage.CHECKOUT, Plan).applied == 3
    change(ledger, 'update bascule.stage_run set gave = gave || \'{"applied": "three"}\'')
    with pytest.raises(Unavailable) as raised:
        ledger.kept.gave(number, Stage.CHECKOUT, Plan)
    assert raised.value.code == "written-by-another-version"


def test_a_process_of_an_older_version_does_not_start_on_a_newer_schema(ledger, empty_database):
    change(ledger, "insert into bascule.schema_step (number, file) values (9999, '9999_of_tomorrow.sql')")
    with pytest.raises(ConfigurationError) as raised:
        upgrade(ControlDatabase(empty_database.url))
    assert raised.value.code == "ledger-newer"
