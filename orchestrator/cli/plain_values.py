"""Values of the command line that are what they are: nobody has to be asked to read them.

typer asks pydantic about every value, even about one that nobody gave; to import it takes longer than to
review a file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import EnumType
from typing import Any, Final, Literal, get_args, get_origin

import typer

#: one of typer's own; they have no public names
Parameter = Any
_READER: Final = "get_runtime_param"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Plain:
    """Stands where typer keeps the reader of a parameter's values."""

    #: makes typer's own
    reader: Callable[[], Any]
    kind: object

    def coerce(self, value: object, param: Parameter, ctx: object) -> object:
        """Return the value that a verb gets; whatever is not plain is typer's business, faults as well."""
        if self.kind == list[str] and isinstance(value, list | tuple):
            return [*value]
        if isinstance(self.kind, EnumType) and value in [*self.kind]:
            return self.kind(value)
        is_plain = isinstance(self.kind, type) and isinstance(value, self.kind)
        if is_plain or (value is None and param.nargs == 1 and not param.multiple):
            return value
        choices = _choices(self.kind)
        if isinstance(value, str) and choices and value not in choices:
            raise typer.BadParameter(
                f"{value!r} is not one of {', '.join(choices)}",
                ctx=ctx,  # type: ignore[arg-type]  # typer's own
                param=param,
            )
        return self.reader().coerce(value, param=param, ctx=ctx)


def _choices(kind: object) -> tuple[str, ...]:
    """Return the words that a kind of value allows, one of which may be missing; none: any word may do."""
    if isinstance(kind, EnumType):
        return tuple(map(str, kind))
    if get_origin(kind) is Literal:
        return get_args(kind)
    parts = [part for part in get_args(kind) if part is not type(None)]
    return _choices(parts[0]) if len(parts) == 1 and type(None) in get_args(kind) else ()


def take_plain_values(parameters: list[Parameter]) -> list[Parameter]:
    """Spare parameters typer's reader where values are plain; a typer that keeps none is left as it is."""
    for parameter in parameters:
        reader = getattr(parameter, _READER, None)
        if reader is not None and _READER not in vars(parameter):
            plain = _Plain(reader=reader, kind=parameter.type_descriptor.annotation)
            setattr(parameter, _READER, lambda plain=plain: plain)
    return parameters
