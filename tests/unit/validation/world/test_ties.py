"""Who uses a table is known without looking at all tables, from one migration to the next."""

from orchestrator.domain.shape import Name, Shape
from orchestrator.validation.losses import shape_after
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.world.world import World

ORDERS, TEAMS = Name("public", "orders"), Name("public", "teams")
STEPS = (
    "create table public.teams (id int primary key);",
    """create table public.orders (id int primary key, team int references public.teams (id));
    create index orders_team on public.orders (team);""",
    """create policy own on public.teams using (id in (select team from public.orders));
    alter table public.orders rename to sales;""",
    "drop table public.sales;",
)


def the_same(shape: Shape) -> Shape:
    """Say it anew, without what a world remembers."""
    return Shape(
        schemas=shape.schemas,
        tables=shape.tables,
        functions=shape.functions,
        enums=shape.enums,
        other_types=shape.other_types,
        sequences=shape.sequences,
        extensions=shape.extensions,
        default_grants=shape.default_grants,
    )


def test_a_shape_that_migrations_came_to_knows_who_uses_what_like_one_that_was_read() -> None:
    shape: Shape | None = Shape(schemas=frozenset({"public"}))
    seen = []
    for step in STEPS:
        assert shape is not None
        shape = shape_after(SqlText(path="a.sql", content=step.encode()), shape)
        assert shape is not None
        handed_on, looked_through = World(shape), World(the_same(shape))
        for name in (ORDERS, TEAMS, Name("public", "sales")):
            users = {table.name for table in handed_on.users(name)}
            assert users == {table.name for table in looked_through.users(name)}
            seen.append(users)
        index = Name("public", "orders_team")
        assert handed_on.table_of_index(index) == looked_through.table_of_index(index)
    assert any(seen)


def test_what_is_carried_out_in_one_world_is_not_seen_in_another_that_began_with_the_same_shape() -> None:
    shape = shape_after(SqlText(path="a.sql", content=STEPS[0].encode()), Shape())
    assert shape is not None
    changed = shape_after(SqlText(path="b.sql", content=STEPS[1].encode()), shape)
    assert changed is not None
    assert [table.name for table in World(changed).users(TEAMS)] == [ORDERS]
    assert not list(World(shape).users(TEAMS))
    assert World(shape).table_of_index(Name("public", "orders_team")) is None
