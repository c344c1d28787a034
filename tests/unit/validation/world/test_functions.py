from orchestrator.domain.shape import Name
from orchestrator.validation.grammar.parser import parse
from orchestrator.validation.world.effects import carry_out
from orchestrator.validation.world.world import World

TOTAL = Name("public", "total")
ONE = "create function public.total(o uuid) returns int language sql as 'select 1'"
TWO = "create function public.total(o uuid, at timestamptz) returns int language sql as 'select 2'"


def world_after(*statements: str) -> World:
    world = World()
    for statement in statements:
        for change in parse(statement).changes:
            carry_out(change, world)
    return world


def arguments(world: World) -> list[tuple[str, ...]]:
    return [function.arguments for function in world.function(TOTAL)]


def test_a_function_is_dropped_by_its_arguments() -> None:
    world = world_after(ONE, TWO, "drop function public.total(uuid)")
    assert arguments(world) == [("uuid", "timestamp with time zone")]


def test_the_only_function_of_a_name_is_dropped_however_its_arguments_are_written() -> None:
    assert arguments(world_after(ONE, "drop function public.total(extensions.uuid)")) == []
    assert arguments(world_after(ONE, "drop function public.total")) == []


def test_nobody_knows_which_of_two_is_dropped_by_unknown_arguments() -> None:
    assert len(arguments(world_after(ONE, TWO, "drop function public.total(text)"))) == 2


def test_a_function_is_fresh_until_the_last_of_its_name_is_dropped() -> None:
    assert ("function", TOTAL) in world_after(ONE, TWO, "drop function total(uuid)").fresh_others
    assert ("function", TOTAL) not in world_after(ONE, "drop function total(uuid)").fresh_others


def test_what_was_there_before_the_review_is_not_fresh() -> None:
    world = world_after(ONE, "create schema app", "create domain app.code as text")
    assert world.fresh_others == {
        ("function", TOTAL),
        ("schema", Name(None, "app")),
        ("domain", Name("app", "code")),
    }
    world.begin_review()
    assert world.fresh_others == set()
