"""The remedy that a finding gives can be run as it stands, and then the finding is gone."""

import re
from collections.abc import Iterator

import psycopg
import pytest

from orchestrator.domain.finding import Finding
from orchestrator.probes.judge import judge
from tests.support.seeded import probed
from tests.support.servers import TestDatabase

_ORDERS = """
create table public.orders (
  id bigint generated always as identity primary key,
  owner uuid not null references auth.users (id),
  state text not null default 'new' check (state in ('new', 'sent'))
);
alter table public.orders enable row level security;
grant select, insert, update, delete on public.orders to anon, authenticated;
create policy own on public.orders to authenticated
  using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
"""
_FILES = "insert into storage.buckets (id, name) values ('kyc', 'kyc'), ('scans', 'scans');"
_ON = "on public.orders for"
#: rule and what is wrong
CASES = {
    "anybody reads some": ("rows-of-others", f"create policy spy {_ON} select using (state = 'new')"),
    "two policies leak": (
        "rows-of-others",
        f"""create policy spy {_ON} select to authenticated using (state = 'new');
            create policy spy_too {_ON} select to authenticated using (state = 'sent')""",
    ),
    "users change what is others'": (
        "rows-of-others",
        f"""create policy spy {_ON} update to authenticated using (true) with check (true);
            create policy reads {_ON} select to authenticated using (owner = (select auth.uid()))""",
    ),
    "anybody writes": ("anon-writes", f"create policy spy {_ON} all to anon using (true) with check (true)"),
    "anybody adds": ("anon-writes", f"create policy spy {_ON} insert to anon with check (true)"),
    "one bucket of two leaks": (
        "rows-of-others",
        """create policy own_kyc on storage.objects for select to authenticated
             using (bucket_id = 'kyc' and (storage.foldername(name))[1] = (select auth.uid())::text);
           create policy all_scans on storage.objects for select to authenticated
             using (bucket_id = 'scans')""",
    ),
}


@pytest.fixture
def connection(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(target_database.url) as connection:
        connection.execute(_ORDERS)
        connection.execute(_FILES)
        yield connection
        connection.rollback()


def told(connection: psycopg.Connection, rule: str) -> list[Finding]:
    return [each for each in judge(None, probed(connection, ["public"])) if each.rule == rule]


@pytest.mark.parametrize("case", CASES)
def test_what_a_finding_says_to_run_ends_it(connection, case):
    rule, wrong = CASES[case]
    assert told(connection, rule) == []
    connection.execute(wrong)
    found = told(connection, rule)
    assert found
    for each in found:
        for statement in re.findall(r"alter policy [^;]*;", each.remedy):
            connection.execute(statement.encode())
    assert told(connection, rule) == []
