"""Row level security that is switched off."""

from collections.abc import Callable, Iterator
from typing import Any

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import Drop, Rename, SetRowSecurity, SetSchema
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.reach import Reach
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled

_Off = dict[Name, Seen[SetRowSecurity]]


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each table that was there before and stays without it; off and on again is nobody's hole."""
    reach = Reach(aftermath)
    for name, seen in _switched_off(aftermath).items():
        table = aftermath.world.tables.get(name)
        if name in aftermath.made or not aftermath.exposed(name):
            continue
        unreached = table is not None and not reach.clients(table)
        yield aftermath.finding(
            RULE,
            f"Row level security of {name} is switched off",
            seen,
            about=name,
            severity=Severity.WARNING if unreached or seen.change.guarded else Severity.ERROR,
            remedy=f"Leave it on and change the policies; to look at all rows of {spelled(name)} yourself,"
            " ask as service_role: no policy holds it back",
        )


def _switched_off(aftermath: Aftermath) -> _Off:
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

RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="Row level security of an exposed table is switched off",
    effect="Its policies do nothing any more: everybody who has the public API key reaches every row",
    remedy="Leave it on and change the policies",
    check=check,
)
