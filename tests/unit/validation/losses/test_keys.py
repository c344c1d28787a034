"""Which keys a table needs so that a DELETE is known to take away nothing but the migration's own rows."""

import pytest

from orchestrator.domain.shape import Column, Index, Name, Shape, Table, TableKind
from orchestrator.validation.losses import losses
from orchestrator.validation.sql_text import SqlText

NAME = Name("public", "tiers")
UP = "insert into tiers (id, area, price) values ('pro', 'eu', 5)"
COLUMNS = {each: Column(name=each, type="text") for each in ("id", "area", "price")}


def lost(down: str, *, others: tuple[Table, ...] = (), up: str = UP, **keys: object) -> tuple[str, ...]:
    table = Table(name=NAME, columns=COLUMNS, **keys)  # type: ignore[arg-type]
    shape = Shape(tables={each.name: each for each in (table, *others)}, schemas=frozenset({"public"}))
    path = "supabase/migrations/20260101000000_a.sql"
    up_text, down_text = (SqlText(path=path, content=each.encode()) for each in (up, down))
    return losses(up_text, down_text, shape).lost


def unique(*columns: str | None, **more: bool) -> tuple[Index, ...]:
    return (Index(name="own", columns=columns, unique=True, **more),)


def test_a_primary_key_in_the_condition_is_enough() -> None:
    assert not lost("delete from tiers where id = 'pro'", primary_key=("id",))


def test_a_unique_index_does_as_well() -> None:
    assert not lost("delete from tiers where id = 'pro'", indexes=unique("id"))


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"indexes": (Index(name="own", columns=("id",)),)},
        {"indexes": unique("id", partial=True)},
        {"indexes": unique("id", valid=False)},
        {"indexes": unique(None)},
        {"indexes": unique("id", None)},
        {"primary_key": ("id",), "kind": TableKind.FOREIGN},
    ],
)
def test_without_a_key_that_holds_for_all_rows_nobody_knows_whose_rows_go(keys: dict[str, object]) -> None:
    assert lost("delete from tiers where id = 'pro'", **keys)


def test_all_columns_of_the_key_have_to_be_named_and_inserted() -> None:
    both = ("id", "area")
    assert not lost("delete from tiers where id = 'pro' and area = 'eu'", primary_key=both)
    assert lost("delete from tiers where id = 'pro'", primary_key=both)
    assert lost("delete from tiers where price = '5'", primary_key=("id",))
    up = "insert into tiers (area) values ('eu')"
    assert lost("delete from tiers where id = 'pro'", up=up, primary_key=("id",))


def test_a_combination_that_was_not_inserted_may_have_been_there() -> None:
    up = "insert into tiers (id, area) values ('pro', 'eu'), ('max', 'us')"
    down = "delete from tiers where id in ('pro', 'max') and area in ('eu', 'us')"
    assert lost(down, up=up, primary_key=("id", "area"))


def test_heirs_of_a_table_have_rows_of_their_own_partitions_do_not() -> None:
    heir = Table(name=Name("public", "more_tiers"), columns=COLUMNS, parents=(NAME,))
    down = "delete from tiers where id = 'pro'"
    assert lost(down, others=(heir,), primary_key=("id",))
    assert not lost(down, others=(heir,), primary_key=("id",), kind=TableKind.PARTITIONED)
