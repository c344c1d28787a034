"""Our frozen values as JSON, for the API, the command line and the page: one form everywhere."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


def to_json(value: object) -> Json:
    """Return the value in JSON's types: dataclasses as objects, enums by value, times as ISO 8601 in UTC.

    Raises TypeError for what has no such form. Bytes are among it on purpose: a raw body is never shown.
    """
    match value:
        case Enum():
            return to_json(value.value)
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return _utc(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {str(to_json(key)): to_json(item) for key, item in value.items()}
        case _:
            return _composite(value)


def _composite(value: object) -> Json:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return to_json(value._asdict())
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((to_json(item) for item in value), key=repr)
    raise TypeError(f"{type(value).__qualname__} has no form in JSON")


def _utc(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise TypeError("a time without a zone has no form in JSON")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
