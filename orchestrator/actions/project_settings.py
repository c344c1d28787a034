"""What a project's own config.toml, the file of the Supabase CLI, tells about its database."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from orchestrator.actions.on_disk import read, shown
from orchestrator.domain.errors import ConfigurationError
from orchestrator.validation.terms import Terms

_FILE: Final = "config.toml"
_STRINGS: Final = "a list of names"
_NUMBER: Final = "a number"
_SWITCH: Final = "true or false"


def terms_of(home: Path | None) -> Terms:
    """Return the terms of a project: schemas of the API, PostgreSQL's version, grants on new tables.

    What the file does not say, or where there is none, stays as usual. Raises ConfigurationError: the file
    cannot be understood.
    """
    file = home / _FILE if home else None
    if file is None or not file.exists():
        return Terms()
    document = _document(file)
    schemas = _value(document, file, "api", "schemas", _STRINGS)
    return Terms(
        exposed_schemas=Terms().exposed_schemas if schemas is None else tuple(schemas),
        server_major=_value(document, file, "db", "major_version", _NUMBER),
        grants_new_tables=_value(document, file, "api", "auto_expose_new_tables", _SWITCH),
    )


def _document(file: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(read(file, follow=True).decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _not_understood(f"{shown(file)}: byte {error.start + 1} is not UTF-8") from error
    except RecursionError as error:
        raise _not_understood(f"{shown(file)} is nested too deeply") from error
    except ValueError as error:  # its text names line and column
        raise _not_understood(f"{shown(file)} is no TOML: {error}") from error


def _value(document: Mapping[str, Any], file: Path, table: str, key: str, kind: str) -> Any:  # noqa: ANN401
    """Return one value; None where it is missing. Raises ConfigurationError: it is of another kind."""
    inside = document.get(table, {})
    value = inside.get(key) if isinstance(inside, dict) else None
    if value is None or _is(value, kind):
        return value
    raise _not_understood(f"{shown(file)}: {table}.{key} is not {kind}")


def _is(value: object, kind: str) -> bool:
    if kind == _STRINGS:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, bool) if kind == _SWITCH else type(value) is int


def _not_understood(why: str) -> ConfigurationError:
    return ConfigurationError(
        why,
        code="project-settings",
        remedy="correct the file: the Supabase CLI reads the same one",
    )
