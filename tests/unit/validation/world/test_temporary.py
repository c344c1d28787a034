from orchestrator.domain.shape import Name
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.world.effects import carry_out
from orchestrator.validation.world.world import World


def after(*files: str) -> World:
    world = World()
    for file in files:
        world.begin_file()
        for part in SqlText(path="x.sql", content=file.encode()).parts:
            for change in part.parsed.changes:
                carry_out(change, world)
    return world


def test_a_temporary_table_is_nobody_else_s_and_no_part_of_the_schema() -> None:
    world = after("create temporary table work (a int)")
    assert world.is_temporary(Name(None, "work"))
    assert world.is_fresh(Name(None, "work"))
    assert world.named(Name(None, "work")) == Name("pg_temp", "work")
    assert world.tables == {}


def test_a_temporary_table_does_not_hide_one_that_is_named_with_its_schema() -> None:
    world = after("create table orders (a int)", "create temp table orders (b int)")
    assert not world.is_temporary(Name("public", "orders"))
    assert world.named(Name("public", "orders")) == Name("public", "orders")


def test_a_temporary_table_ends_with_its_file() -> None:
    world = after("create temp table orders (a int)", "select 1")
    assert not world.is_temporary(Name(None, "orders"))


def test_what_is_written_with_pg_temp_is_temporary() -> None:
    assert after("select 1").is_temporary(Name("pg_temp", "orders"))


def test_dropping_a_temporary_table_leaves_the_other_one_alone() -> None:
    world = after("create table orders (a int)", "create temp table orders (b int); drop table orders")
    assert Name("public", "orders") in world.tables
    assert not world.is_temporary(Name(None, "orders"))


def test_what_is_done_to_a_temporary_table_is_not_done_to_the_one_that_it_hides() -> None:
    world = after(
        "create table orders (a int)", "create temp table orders (a int); alter table orders add b int"
    )
    assert list(world.tables[Name("public", "orders")].columns) == ["a"]
