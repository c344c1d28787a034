"""Values for columns, for checks and for partitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.probes.seeding.bounds import leading_into
from orchestrator.probes.seeding.ground import Check
from orchestrator.probes.seeding.likely import likely
from orchestrator.probes.seeding.quoting import identifier, literal
from orchestrator.probes.seeding.values import made_up
from tests.unit.probes.seeding.grounds import a_column, a_ground, a_table


@given(st.integers(1, 30_000), st.integers(1, 30_000))
@pytest.mark.parametrize(
    "type_", ["uuid", "int2", "int4", "int8", "text", "varchar", "inet", "bytea", "ltree"]
)
def test_another_number_gives_another_value(type_: str, one: int, two: int) -> None:
    column = a_column("name", type_)
    equal = made_up(column, one) == made_up(column, two)
    assert equal == (one == two or (type_ == "int2" and one % 30_000 == two % 30_000))


@given(st.integers(1, 10**6), st.integers(1, 40))
def test_a_text_is_no_longer_than_its_column(number: int, width: int) -> None:
    value = made_up(a_column("email", "varchar", modifier=width + 4), number)
    assert value is not None
    assert 0 < len(value) <= width


@given(st.integers(1, 10**6))
def test_numbers_are_negative_so_that_they_meet_nobodys(number: int) -> None:
    assert all(int(made_up(a_column("id", kind), number) or 1) < 0 for kind in ("int2", "int4", "int8"))


@given(st.text())
def test_quoting_holds_every_quote(text: str) -> None:
    assert identifier(text)[1:-1].replace('""', "").count('"') == 0
    inner = literal(text).removeprefix("e")[1:-1]
    assert inner.replace("\\\\", "").replace("''", "").count("'") == 0


@pytest.mark.parametrize(
    ("says", "suits"),
    [
        ("(amount > 500)", "501"),
        ("(amount < '-7'::integer)", "-8"),
        ("((amount >= 3) AND (amount <= 3))", "3"),
    ],
)
def test_numbers_around_those_of_a_check_are_tried(says: str, suits: str) -> None:
    check = Check(name="c", columns=("amount",), says=says)
    assert suits in likely(a_column("amount", "int4"), check, None, 1)


def test_texts_of_a_length_that_a_check_asks_for_are_tried_where_the_column_holds_them() -> None:
    check = Check(name="c", columns=("code",), says="(char_length(code) = 9)")
    tried = likely(a_column("code"), check, "now", 1)
    assert tried[0] == "now"
    assert any(text and len(text) == 9 for text in tried)
    narrow = likely(a_column("code", "varchar", modifier=7), check, None, 1)
    assert all(text is None or len(text) <= 3 for text in narrow)


@pytest.mark.parametrize(
    ("bound", "step", "value"),
    [
        ("FOR VALUES IN ('DE', 'FR')", 0, "DE"),
        ("FOR VALUES IN ('DE', 'FR')", 3, "FR"),
        ("FOR VALUES IN ('it''s', NULL)", 0, "it's"),
        ("FOR VALUES FROM (10) TO (20)", 0, "10"),
        ("FOR VALUES FROM (10) TO (20)", 13, "13"),
        ("FOR VALUES FROM (MINVALUE) TO (20)", 0, "19"),
        ("FOR VALUES FROM ('2031-01-01') TO ('2031-02-01')", 2, "2031-01-01"),
        ("FOR VALUES FROM (MINVALUE) TO ('2031-02-01')", 0, "1900-01-01"),
    ],
)
def test_a_row_is_led_into_its_partition(bound: str, step: int, value: str) -> None:
    part = a_table(2, bound=bound, parted_by=("place",), partition_of=1)
    whole = a_table(1)
    ground = a_ground(whole, part)
    assert leading_into(ground, part, step) == {"place": value}
    assert leading_into(ground, whole, step) == {"place": value}


@given(st.integers(-1000, 1000), st.integers(1, 50), st.integers(0, 500))
def test_no_step_leaves_a_range_of_numbers(low: int, size: int, step: int) -> None:
    bound = f"FOR VALUES FROM ({low}) TO ({low + size})"
    part = a_table(2, bound=bound, parted_by=("n",), partition_of=1)
    value = leading_into(a_ground(a_table(1), part), part, step)["n"]
    assert low <= int(value or 0) < low + size
