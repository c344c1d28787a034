"""How one cell changed between two matrices."""

from enum import StrEnum
from typing import Final

from orchestrator.domain.matrix import Basis, Cell, CellResult, Reach

_REACH: Final = {Basis.LIMITED: 1, Basis.EVERY_ROW: 2}

#: whoever was denied, or could not even ask, reached nobody's rows
_REACHED_NOTHING: Final = frozenset({CellResult.DENY, CellResult.ERROR})


class Shift(StrEnum):
    """Which way an answer moved."""

    WIDER = "wider"
    NARROWER = "narrower"


def shift(then: Cell | None, now: Cell | None) -> Shift | None:
    """Compare the reach of two answers. None: the same, or one of them says nothing about reach.

    Made-up rows say more than the catalog, where both answers rest on them.
    """
    if then is not None and now is not None and then.reach and now.reach:
        return _by_rows(then.reach, now.reach)
    old, new = _reach(then, now), _reach(now, then)
    if old is None or new is None or old == new:
        return None
    return Shift.WIDER if new > old else Shift.NARROWER


def gained_from_strangers(then: Cell | None, now: Cell) -> tuple[str, ...]:
    """Return the labels of strangers' made-up rows that are reached now and were not before.

    Nothing where it is not known what was reached before.
    """
    if now.reach is None or then is None or (then.reach is None and _says_nothing(then)):
        return ()
    if then.reach is None:
        return now.reach.others if then.result in _REACHED_NOTHING else ()
    return tuple(label for label in now.reach.others if label not in then.reach.others)


def _by_rows(then: Reach, now: Reach) -> Shift | None:
    old, new = {*then.own, *then.others}, {*now.own, *now.others}
    tried = {*then.tried_own, *then.tried_others} & {*now.tried_own, *now.tried_others}
    if (new - old) & tried or set(now.hands_over) - set(then.hands_over):
        return Shift.WIDER
    return Shift.NARROWER if (old - new) & tried else None


def _reach(cell: Cell | None, other: Cell | None) -> int | None:
    if cell is None or cell.result in (CellResult.ERROR, CellResult.UNKNOWN):
        return None
    if cell.basis is Basis.NO_ROW and other is not None and _says_nothing(other):
        return _REACH[Basis.LIMITED]
    return _REACH.get(cell.basis, 0) if cell.basis else 0


def _says_nothing(cell: Cell) -> bool:
    """Tell whether it is open which rows an answer is about."""
    return cell.basis is Basis.LIMITED and cell.reach is None
