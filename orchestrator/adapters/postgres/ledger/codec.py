"""Domain values to and from the ledger's JSON columns."""

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

T = TypeVar("T")


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast("Any", kind))


def encode(value: object, kind: Any = None) -> Jsonb | None:  # noqa: ANN401
    """Make a value ready for a jsonb column; None stays NULL."""
    if value is None:
        return None
    return Jsonb(_adapter(cast("Hashable", kind or type(value))).dump_python(value, mode="json"))


def decode(raw: object, kind: type[T]) -> T:
    """Read a value back. Raises pydantic.ValidationError when the row is not of that kind."""
    value: T = _adapter(cast("Hashable", kind)).validate_python(raw)
    return value
