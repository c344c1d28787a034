"""Where tables lose their row level security."""

from collections.abc import Callable, Mapping
from typing import Any

from orchestrator.domain.shape import Name
from orchestrator.validation.changes import Drop, Rename, SetRowSecurity, SetSchema
from orchestrator.validation.moment import Aftermath, Seen

_Off = dict[Name, Seen[SetRowSecurity]]


def switched_off(aftermath: Aftermath) -> Mapping[Name, Seen[SetRowSecurity]]:
    """Return where each table that had it lost it, by the name that the table has at the end.

    Off and on again is not in it, nor what was dropped afterwards.
    """
    off: _Off = {}
    for seen in aftermath.seen:
        follow = _FOLLOW.get(type(seen.change))
        if follow is not None:
            follow(seen, off)
    return off


def _set(seen: Seen[SetRowSecurity], off: _Off) -> None:
    """Note it, unless it was off before."""
    if seen.table is None:
        return
    if seen.change.enabled:
        off.pop(seen.table, None)
    elif seen.before is None or seen.before.row_security:
        off[seen.table] = seen


def _drop(seen: Seen[Drop], off: _Off) -> None:
    if seen.change.kind == "table" and seen.table is not None:
        off.pop(seen.table, None)
    elif seen.change.kind == "schema":
        for name in [name for name in off if name.schema == seen.change.name.name]:
            del off[name]


def _move(seen: Seen[Rename | SetSchema], off: _Off) -> None:
    change, old = seen.change, seen.table
    if change.kind != "table" or old is None or old not in off:
        return
    new = Name(change.schema, old.name) if isinstance(change, SetSchema) else Name(old.schema, change.new)
    off[new] = off.pop(old)


_FOLLOW: dict[type, Callable[[Seen[Any], _Off], None]] = {
    SetRowSecurity: _set,
    Drop: _drop,
    Rename: _move,
    SetSchema: _move,
}
