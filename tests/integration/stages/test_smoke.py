from collections.abc import Mapping, Sequence

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.domain.deployment import Done, Outcome, Smoke
from orchestrator.domain.finding import Severity
from orchestrator.domain.matrix import Matrix
from orchestrator.probes.matrix import ask
from orchestrator.stages import smoke
from tests.support.servers import TestDatabase

PROTECTED = """
    create table public.orders (id int, owner uuid);
    alter table public.orders enable row level security;
    create policy own on public.orders to authenticated using ((select auth.uid()) = owner);
    grant all on public.orders to anon, authenticated, service_role
"""


class Shelf:
    """What was given to be kept."""

    def __init__(self) -> None:
        self.contents: list[bytes] = []

    def keep(self, contents: Sequence[bytes]) -> None:
        self.contents += contents


def _smoke(
    url: str, *, given: str, deployed: str, severities: Mapping[str, Severity | None] | None = None
) -> Done[Smoke]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(given)
        with Reader(connection, "staging").asking() as database:
            before = ask(database, ["public"])
        connection.execute(deployed)
        reader = Reader(connection, "staging")
        return smoke.run(
            before, reader=reader, kept=Shelf(), exposed_schemas=["public"], severities=severities or {}
        )


def test_what_got_worse_refuses(target_database: TestDatabase) -> None:
    done = _smoke(
        target_database.url, given=PROTECTED, deployed="alter table public.orders disable row level security"
    )
    assert done.outcome is Outcome.REFUSED
    assert done.findings[0].rule == "rls-disabled"
    assert done.gave is not None
    assert not done.gave.after.relations[0].row_security
    assert len(done.gave.facts) == len(done.gave.fingerprint) == 64


def test_what_was_bad_before_is_told_and_refuses_nothing(target_database: TestDatabase) -> None:
    done = _smoke(
        target_database.url,
        given=f"{PROTECTED}; alter table public.orders disable row level security",
        deployed="create view public.one as select 1",
    )
    assert done.outcome is Outcome.PASSED
    assert [finding.rule for finding in done.findings] == ["rls-disabled"]


def test_relations_that_were_dropped_are_fine(target_database: TestDatabase) -> None:
    done = _smoke(target_database.url, given=PROTECTED, deployed="drop table public.orders")
    assert done.gave is not None
    assert (done.outcome, done.findings, done.gave.after) == (Outcome.PASSED, (), Matrix())


@pytest.mark.parametrize(
    ("severity", "outcome"),
    [
        (Severity.ERROR, Outcome.REFUSED),
        (Severity.WARNING, Outcome.PASSED),
        (Severity.NOTE, Outcome.PASSED),
        (None, Outcome.PASSED),
    ],
)
@pytest.mark.parametrize(
    ("rule", "deployed"),
    [
        ("rls-disabled", "alter table public.orders disable row level security"),
        (
            "policy-row-function",
            "create policy slow on public.orders to authenticated using (auth.uid() = owner)",
        ),
    ],
)
def test_a_rule_or_a_lint_weighs_what_the_operator_says(
    target_database: TestDatabase, rule: str, deployed: str, severity: Severity | None, outcome: Outcome
) -> None:
    done = _smoke(target_database.url, given=PROTECTED, deployed=deployed, severities={rule: severity})
    assert done.outcome is outcome
    assert [found.severity for found in done.findings if found.rule == rule] == [severity] * (
        severity is not None
    )


def test_a_rule_made_an_error_refuses_nothing_for_what_was_so_before(target_database: TestDatabase) -> None:
    given = f"""
        {PROTECTED}; alter table public.orders disable row level security;
        create table public.notes (id int, owner uuid);
        alter table public.notes enable row level security;
        create policy slow on public.notes to authenticated using (auth.uid() = owner)
    """
    severities = {"rls-disabled": Severity.ERROR, "policy-row-function": Severity.ERROR}
    done = _smoke(target_database.url, given=given, deployed="select 1", severities=severities)
    assert done.outcome is Outcome.PASSED
    assert {found.rule for found in done.findings} >= {*severities}
    assert all(found.standing for found in done.findings if found.rule in severities)
