"""Grants, callers of functions, and what policies read, on paper."""

import pytest

from orchestrator.domain.shape import Grant, Name
from orchestrator.validation.grammar.parser import parse
from orchestrator.validation.world.effects import carry_out
from orchestrator.validation.world.world import World

ORDERS = Name("public", "orders")
FUNCTION = "create function public.f() returns int language sql as 'select 1'"


def world_after(*statements: str) -> World:
    world = World()
    for statement in statements:
        for change in parse(statement).changes:
            carry_out(change, world)
    return world


def grants_after(*statements: str) -> set[Grant]:
    return set(world_after(*statements).tables[ORDERS].grants)


def test_taking_one_privilege_leaves_the_rest_of_all() -> None:
    grants = grants_after(
        "create table orders (id int)",
        "grant all on orders to anon",
        "revoke insert, update, delete, truncate, references, trigger, maintain on orders from anon",
    )
    assert grants == {Grant(role="anon", privilege="SELECT")}


def test_a_grant_on_all_tables_does_not_reach_a_later_one() -> None:
    grant = "grant select on all tables in schema public to anon"
    assert grants_after("create table orders (id int)", grant) == {Grant(role="anon", privilege="SELECT")}
    assert grants_after(grant, "create table orders (id int)") == set()


@pytest.mark.parametrize(
    ("whose", "counts"), [("", True), ("for role postgres", True), ("for role supabase_admin", False)]
)
def test_default_privileges_count_for_the_role_that_migrates(whose: str, *, counts: bool) -> None:
    default = f"alter default privileges {whose} in schema public grant select on tables to anon"
    assert bool(grants_after(default, "create table orders (id int)")) is counts


def test_default_privileges_that_are_taken_back_in_part_keep_the_rest() -> None:
    grants = grants_after(
        "alter default privileges in schema public grant all on tables to anon",
        "alter default privileges in schema public revoke select on tables from anon",
        "create table orders (id int)",
    )
    assert Grant(role="anon", privilege="SELECT") not in grants
    assert Grant(role="anon", privilege="INSERT") in grants


@pytest.mark.parametrize(
    "statement",
    [
        "revoke execute on function public.f() from public",
        "revoke all on function f from public, anon",
        "revoke all on all functions in schema public from public",
    ],
)
def test_a_function_is_closed_once_everybody_may_not_call_it(statement: str) -> None:
    assert world_after(FUNCTION, statement).closed_functions == {Name("public", "f")}


@pytest.mark.parametrize(
    "statement",
    [
        "revoke execute on function public.f() from anon",
        "alter default privileges in schema public revoke execute on functions from public",
        "alter default privileges revoke execute on functions from public",
    ],
)
def test_what_leaves_everybodys_right_to_call_leaves_a_function_open(statement: str) -> None:
    assert world_after(FUNCTION, statement).closed_functions == set()


def test_default_privileges_for_all_schemas_close_functions_that_are_made_later() -> None:
    closes = "alter default privileges revoke execute on functions from public"
    opens = "grant execute on function public.f() to public"
    assert world_after(closes, FUNCTION).closed_functions == {Name("public", "f")}
    assert world_after(closes, FUNCTION, opens).closed_functions == set()
    assert world_after(closes, FUNCTION, "drop function public.f()").closed_functions == set()


def test_a_policy_reads_a_renamed_table_by_its_new_name() -> None:
    world = world_after(
        "create table orders (id int)",
        "create table teams (id int)",
        "create policy own on orders using (exists (select from teams))",
        "alter table teams rename to groups",
    )
    [policy] = world.tables[ORDERS].policies
    assert policy.reads == {Name("public", "groups")}
