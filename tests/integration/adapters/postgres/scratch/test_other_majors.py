"""A target of PostgreSQL 15, copied to the wheel's PostgreSQL 18."""

import psycopg
import pytest

from orchestrator.adapters.postgres.scratch.copies import Copies
from orchestrator.adapters.postgres.scratch.likeness import facts_as
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.domain.facts import difference
from orchestrator.embedded import databases, programs, scratch
from orchestrator.embedded.postgres import SUPERUSER
from orchestrator.embedded.servers import Embedded
from tests.support.folders import a_folder

pytestmark = pytest.mark.servers

SCHEMA = """
    create table public.orders (id bigint generated always as identity primary key, total numeric not null);
    alter table public.orders enable row level security;
    create policy own on public.orders using ((select auth.uid()) is not null);
    create view public.large as select o.id, o.total from public.orders o where o.total > 5;
    create materialized view public.sums as select sum(o.total) as sum from public.orders o;
    create trigger hung_up after insert on auth.users
        for each row execute function suppress_redundant_updates_trigger();
    create policy readable on storage.objects for select using (bucket_id = 'a');
"""


@pytest.fixture
def state():
    with a_folder("tests") as folder:
        yield folder
        scratch.release_all()


def test_what_only_another_major_version_says_otherwise_is_not_missing(state):
    older = programs.installed(15)
    assert older is not None, "Debian's PostgreSQL 15 is part of the tests' machine"
    (state / "target").mkdir()
    server = scratch.acquire(state / "scratch", major=18)
    with Embedded.start(
        state / "target", source=programs.with_valkey(older), postgres_options=["fsync=off"]
    ) as servers:
        url = databases.create_supabase_database(servers.postgres, "staging")
        with psycopg.connect(url, autocommit=True) as target:
            target.execute(SCHEMA)
            wanted = facts_as(target, "postgres")
        copies = Copies(server, pg_dump_of_wheel=programs.client("pg_dump"))
        copy = copies.copy_of(TargetAddress(name="staging", url=url), wanted)
    assert copy.server_differs
    assert copy.missing == ()
    with psycopg.connect(server.url(copy.database, SUPERUSER), autocommit=True) as inside:
        there = facts_as(inside, copy.role)
    differing = {change.kind for change in difference(wanted.all, there.all)}
    assert {"constraint", "grant"} <= differing  # NOT NULL by name, MAINTAIN
