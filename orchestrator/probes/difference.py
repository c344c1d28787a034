"""How one cell changed between two matrices."""

from enum import StrEnum
from typing import Final

from orchestrator.domain.matrix import Basis, Cell, CellResult

_REACH: Final = {Basis.LIMITED: 1, Basis.EVERY_ROW: 2}


class Shift(StrEnum):
    """Which way an answer moved."""

    WIDER = "wider"
    NARROWER = "narrower"


def shift(then: Cell | None, now: Cell | None) -> Shift | None:
    """Compare the reach of two answers. None: the same, or one of them says nothing about reach."""
    old, new = _reach(then), _reach(now)
    if old is None or new is None or old == new:
        return None
    return Shift.WIDER if new > old else Shift.NARROWER


def _reach(cell: Cell | None) -> int | None:
    if cell is None or cell.result in (CellResult.ERROR, CellResult.UNKNOWN):
        return None
    return _REACH.get(cell.basis, 0) if cell.basis else 0
