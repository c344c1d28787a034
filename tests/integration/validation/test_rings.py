"""Rings of policies on paper, held against what the server refuses."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg import errors

from orchestrator.validation.changes import Change
from orchestrator.validation.moment import Aftermath, Seen, see
from orchestrator.validation.rings import Ring, rings
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.standing import standing_policies
from orchestrator.validation.terms import Terms
from orchestrator.validation.world.effects import carry_out
from orchestrator.validation.world.world import World
from tests.support.servers import TestDatabase

TABLES = ("a", "b", "c")
ROLES = ("anon", "authenticated")
STATEMENTS = {
    "SELECT": "select * from {}",
    "INSERT": "insert into {} values (1)",
    "UPDATE": "update {} set id = 1",
    "DELETE": "delete from {}",
}
EXPRESSIONS = (
    "id > 0",
    "auth.uid() is not null",
    "(select auth.uid()) is not null",
    *(f"exists (select from public.{table})" for table in TABLES),
    *(f"exists (select from public.{table}_as_client)" for table in TABLES),
    *(f"exists (select from public.{table}_as_owner)" for table in TABLES),
)
BASE = "".join(
    f"""
    create table public.{table} (id int);
    create view public.{table}_as_client with (security_invoker = on) as select id from public.{table};
    create view public.{table}_as_owner as select id from public.{table};
    grant all on public.{table}, public.{table}_as_client, public.{table}_as_owner to anon, authenticated;
    """
    for table in TABLES
)


@dataclass(frozen=True)
class Drawn:
    table: str
    command: str
    roles: str
    permissive: bool
    using: str
    check: str | None

    def sql(self, number: int) -> str:
        kind = "permissive" if self.permissive else "restrictive"
        using = "" if self.command == "INSERT" else f" using ({self.using})"
        check = "" if self.check is None or self.command in {"SELECT", "DELETE"} else self.check
        with_check = f" with check ({check or self.using})" if check or self.command == "INSERT" else ""
        return (
            f"create policy p{number} on public.{self.table} as {kind} for {self.command}"
            f" to {self.roles}{using}{with_check};\n"
        )


POLICIES = st.lists(
    st.builds(
        Drawn,
        table=st.sampled_from(TABLES),
        command=st.sampled_from(("ALL", *STATEMENTS)),
        roles=st.sampled_from(("public", "anon", "authenticated", "anon, authenticated", "service_role")),
        permissive=st.sampled_from((True, True, False)),
        using=st.sampled_from(EXPRESSIONS),
        check=st.none() | st.sampled_from(EXPRESSIONS),
    ),
    min_size=1,
    max_size=5,
)


def carried_out(sql: str) -> Aftermath:
    world, seen = World(), list[Seen[Change]]()
    world.begin_review()
    file = SqlText(path="1_a.sql", content=sql.encode())
    for part in file.parts:
        for change in part.parsed.changes:
            seen.append(see(change, file, part, world))
            carry_out(change, world)
    return Aftermath(world=world, terms=Terms(), seen=seen, made={})


def found(sql: str) -> list[Ring]:
    aftermath = carried_out(sql)
    return list(rings(aftermath.world, standing_policies(aftermath)))


@pytest.fixture
def connection(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(target_database.url) as connection:
        connection.execute(BASE)
        connection.commit()
        yield connection


def refused(connection: psycopg.Connection) -> set[tuple[str, str, str]]:
    """Return which statements end with 42P17: table, command, role."""
    return {
        (table, command, role)
        for table in TABLES
        for command, statement in STATEMENTS.items()
        for role in ROLES
        if recurs(connection, f"explain {statement.format(f'public.{table}')}", role)
    }


def recurs(connection: psycopg.Connection, statement: str, role: str) -> bool:
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(f"set local role {role}")
            connection.execute(statement)
    except errors.InvalidObjectDefinition:
        return True
    return False


SELF = "exists (select from public.a)"
WRAPPED = "(select auth.uid()) is not null"


@given(drawn=POLICIES, secured=st.sets(st.sampled_from(TABLES), min_size=1))
@example(drawn=[Drawn("a", "SELECT", "public", True, SELF, None)], secured={"a"})
@example(drawn=[Drawn("a", "ALL", "public", True, "id > 0", SELF)], secured={"a"})
@example(
    drawn=[Drawn("a", "INSERT", "anon", True, SELF, None), Drawn("a", "SELECT", "anon", True, WRAPPED, None)],
    secured={"a"},
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_ring_is_told_exactly_where_the_server_refuses(
    connection: psycopg.Connection, drawn: list[Drawn], secured: set[str]
) -> None:
    switches = "".join(f"alter table public.{each} enable row level security;\n" for each in sorted(secured))
    policies = "".join(each.sql(number) for number, each in enumerate(drawn))
    told = found(BASE + switches + policies)
    with connection.transaction(force_rollback=True):
        connection.execute(switches + policies)
        facts = refused(connection)
    asked = {(ring.tables[0].name, ring.command, ring.role) for ring in told}
    assert asked <= facts
    assert bool(told) == bool(facts)
