"""How values become those of another type, and where sequences go on. Part of the adapter: of touching.py."""

import re
from typing import Any, Final

from orchestrator.domain.shape import Name
from orchestrator.validation.grammar.made_up import constant_text
from orchestrator.validation.grammar.nodes import (
    Node,
    Source,
    option,
    qualified,
    relation,
    strings,
    type_with_modifiers,
    without_casts,
)
from orchestrator.validation.grammar.touches import Converted, Moved

#: time zones in which no hour is missing and none comes twice
_EVEN: Final = frozenset({"utc", "gmt", "etc/utc", "z"})
_TIME_ZONE: Final = (Name("pg_catalog", "timezone"), Name(None, "timezone"))
_NAME: Final = re.compile(r'(?:("[^"]+"|[\w$]+)\.)?("[^"]+"|[\w$]+)')


def conversion(node: Node, column: str, definition: Node, source: Source) -> Converted:
    """Read ALTER COLUMN … TYPE … USING."""
    using, casts = definition.raw_default, []
    while using.WhichOneof("node") == "type_cast":
        casts.append(type_with_modifiers(using.type_cast.type_name))
        using = using.type_cast.arg
    return Converted(
        offset=source.at(definition.location),
        table=relation(node.relation),
        column=column,
        type=type_with_modifiers(definition.type_name),
        casts=tuple(reversed(casts)) if _is_column(using, column) else None,
        in_utc=not casts and _is_in_utc(using.func_call, column),
    )


def _is_column(node: Node, column: str) -> bool:
    words = strings(node.column_ref.fields)
    return bool(words) and words[-1] == column


def _is_in_utc(call: Node, column: str) -> bool:
    if qualified(call.funcname) not in _TIME_ZONE or len(call.args) != len(("zone", "column")):
        return False
    zone = call.args[0].a_const.sval.sval
    return zone.lower() in _EVEN and _is_column(call.args[1], column)


def restarts(options: Any) -> bool:  # noqa: ANN401  # generated classes
    """Tell whether a sequence begins anew."""
    return option(options, "restart") is not None


def set_position(first: Node, written: str | None, offset: int) -> Moved:
    """Read setval('a.b', …) and setval(pg_get_serial_sequence('a.b', 'c'), …)."""
    if written is not None:
        return Moved(offset=offset, sequence=_name_in(written))
    call = without_casts(first).func_call if first is not None else None
    if call is None or qualified(call.funcname).name != "pg_get_serial_sequence" or not call.args:
        return Moved(offset=offset)
    table = constant_text(call.args[0])
    return Moved(offset=offset, table=None if table is None else _name_in(table))


def _name_in(text: str) -> Name | None:
    """Read a name from a string; None where it has more parts than two or odd signs."""
    found = _NAME.fullmatch(text)
    if found is None:
        return None
    schema, name = (
        part and (part[1:-1] if part.startswith('"') else part.lower()) for part in found.groups()
    )
    return Name(schema, name)
