"""Find an order by trying: what cannot run yet may run after the others."""

from collections.abc import Callable, Sequence
from typing import Final

#: how often what is left is gone through; each time at least one statement has to run
_ROUNDS: Final = 20


def arranged(
    statements: Sequence[str], works: Callable[[str], bool]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Carry statements out in the order in which they can be.

    `works` carries one out, if it can be, and undoes what a failing one did. Returns those that ran, in the
    order in which they ran, and those that never did.
    """
    done: list[str] = []
    waiting = list(statements)
    for _ in range(_ROUNDS):
        postponed: list[str] = []
        for statement in waiting:
            (done if works(statement) else postponed).append(statement)
        if not postponed or len(postponed) == len(waiting):
            return tuple(done), tuple(postponed)
        waiting = postponed
    return tuple(done), tuple(waiting)
