"""What made-up rows show on a target, held against what they showed there, or only on its copy."""

import psycopg

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.catalog import facts
from orchestrator.domain.deployment import Done, Outcome, Smoke
from orchestrator.domain.finding import Severity
from orchestrator.probes.matrix import ask
from orchestrator.probes.seeding.seeded import seed_and_try
from orchestrator.stages import smoke
from tests.integration.stages.test_smoke import Shelf
from tests.support.servers import TestDatabase

#: a policy that opens with enough rows of another table, which only the target has
OPENED_BY_ROWS = """
    create table public.switches (id int primary key);
    create table public.orders (id int primary key, owner uuid not null);
    alter table public.orders enable row level security;
    create policy own on public.orders to authenticated
      using ((select auth.uid()) = owner or (select count(*) > 20 from public.switches));
    grant all on public.orders, public.switches to authenticated, service_role
"""
ITS_ROWS = "insert into public.switches select generate_series(1, 30)"
SAME_POLICY = """
    alter policy own on public.orders
      using ((select auth.uid()) = owner or (select count(*) > 20 from public.switches) or id is null)
"""
LEAK = "alter policy own on public.orders using ((select auth.uid()) is not null)"
#: nobody but the signed in could do anything before
NEW_OPENING = """
    create policy of_anon on public.orders for delete to anon using (id < 0);
    create policy seen on public.orders for select to anon using (id < 0);
    grant select, delete on public.orders to anon
"""


def _smoke(url: str, *, target_has: str, deployed: str, looked_live: bool) -> Done[Smoke]:
    """Try with rows on the copy or, `looked_live`, on the target; then deploy, and smoke."""
    with psycopg.connect(url, autocommit=True) as connection:
        reader = Reader(connection, "staging")
        connection.execute(OPENED_BY_ROWS)
        if looked_live:
            connection.execute(target_has)
        with reader.asking() as database:
            before = ask(database, ["public"])
            observed = facts.read(database)
        shown = seed_and_try(reader.probing, before, on_copy=not looked_live)
        if not looked_live:
            connection.execute(target_has)
        connection.execute(deployed)
        rows = smoke.Rows(observed=observed, before=shown, is_live=looked_live)
        return smoke.run(before, reader=reader, kept=Shelf(), exposed_schemas=["public"], rows=rows)


def _told(done: Done[Smoke]) -> set[tuple[str, Severity]]:
    return {(each.rule, each.severity) for each in done.findings if each.object == "public.orders"}


def test_what_rows_of_the_target_open_is_no_error_where_only_the_copy_was_tried(
    target_database: TestDatabase,
) -> None:
    done = _smoke(target_database.url, target_has=ITS_ROWS, deployed=SAME_POLICY, looked_live=False)
    assert done.outcome is Outcome.PASSED
    assert _told(done) == {("rows-of-others", Severity.WARNING)}
    [finding] = [each for each in done.findings if each.rule == "rows-of-others"]
    assert "on the copy" in finding.effect


def test_what_was_open_on_the_target_itself_is_not_told_as_new(target_database: TestDatabase) -> None:
    done = _smoke(target_database.url, target_has=ITS_ROWS, deployed=SAME_POLICY, looked_live=True)
    assert (done.outcome, _told(done)) == (Outcome.PASSED, set())


def test_what_opened_between_two_looks_at_the_target_refuses(target_database: TestDatabase) -> None:
    done = _smoke(target_database.url, target_has="select 1", deployed=LEAK, looked_live=True)
    assert done.outcome is Outcome.REFUSED
    assert ("rows-of-others", Severity.ERROR) in _told(done)


def test_what_the_catalog_of_the_target_denied_refuses_whatever_the_copy_showed(
    target_database: TestDatabase,
) -> None:
    done = _smoke(target_database.url, target_has="select 1", deployed=NEW_OPENING, looked_live=False)
    assert ("rows-of-others", Severity.ERROR) in _told(done)
