"""Which way an answer moved."""

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.matrix import Basis, Cell, CellResult, Command, Reach
from orchestrator.probes.difference import Shift, gained_from_strangers, shift

_OWN = ("A", "A1")
_STRANGERS = ("B", "B1")
_OPPOSITE = {Shift.WIDER: Shift.NARROWER, Shift.NARROWER: Shift.WIDER, None: None}

_labels = st.tuples(
    st.lists(st.sampled_from(_OWN), unique=True), st.lists(st.sampled_from(_STRANGERS), unique=True)
)


def _cell(own: list[str], others: list[str]) -> Cell:
    reach = Reach(tried_own=_OWN, tried_others=_STRANGERS, own=tuple(own), others=tuple(others))
    reached = bool(own or others)
    return Cell(
        identity="user_a",
        command=Command.SELECT,
        result=CellResult.ALLOW if reached else CellResult.DENY,
        basis=Basis.LIMITED if reached else Basis.NO_ROW,
        reach=reach,
    )


cells = st.builds(lambda both: _cell(*both), _labels)


@given(cells)
def test_nothing_moved_between_a_cell_and_itself(cell: Cell) -> None:
    assert shift(cell, cell) is None
    assert gained_from_strangers(cell, cell) == ()


@given(cells, cells)
def test_what_only_gains_is_wider_and_the_way_back_narrower(then: Cell, now: Cell) -> None:
    assert then.reach is not None
    assert now.reach is not None
    old, new = {*then.reach.own, *then.reach.others}, {*now.reach.own, *now.reach.others}
    if old < new:
        assert shift(then, now) is Shift.WIDER
        assert shift(now, then) is Shift.NARROWER
    assert (shift(then, now) is None) == (old == new)


@given(cells, cells)
def test_rows_of_strangers_are_gained_or_were_there(then: Cell, now: Cell) -> None:
    assert then.reach is not None
    assert now.reach is not None
    gained = gained_from_strangers(then, now)
    assert {*gained} == {*now.reach.others} - {*then.reach.others}
    if gained:
        assert shift(then, now) is Shift.WIDER
