"""Where settings come from: default.toml, then the operator's file, then the environment."""

import tomllib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from orchestrator.domain.errors import ConfigurationError
from orchestrator.settings.faults import Fault, configuration_error, dotted

#: names the operator's file
FILE_VARIABLE: Final = "BASCULE_SETTINGS"

#: what a variable begins with that sets one key: BASCULE__SECTION__KEY
PREFIX: Final = "BASCULE__"

_SYSTEM_FILE = Path("/etc/bascule/bascule.toml")

Document = dict[str, Any]


def config_dir(environ: Mapping[str, str]) -> Path:
    """Find the folder that holds default.toml. Raises ConfigurationError.

    $BASCULE_CONFIG_DIR, else `config/` of the checkout that this package lies in, else the installed copy.
    """
    if named := environ.get("BASCULE_CONFIG_DIR"):
        return Path(named)
    package = resources.files("orchestrator")
    places = [Path(str(package)).parent / "config", Path(str(package / "_config"))]
    found = next((place for place in places if (place / "default.toml").is_file()), None)
    if found is None:
        raise ConfigurationError(
            "config/default.toml is missing from this installation",
            code="settings",
            remedy="Install Bascule again, or name the folder in BASCULE_CONFIG_DIR",
        )
    return found


def find(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Find the operator's file; None when none was named and none lies in the usual places."""
    if path is not None:
        return path
    if named := environ.get(FILE_VARIABLE):
        return Path(named)
    return next((place for place in (Path("bascule.toml"), _SYSTEM_FILE) if place.is_file()), None)


def read(path: Path) -> Document:
    """Read one TOML file. Raises ConfigurationError that names the file and the place."""
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        fault = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError as error:
        fault = f"byte {error.start + 1} is not UTF-8; save the file as UTF-8"
    except RecursionError:
        fault = "is nested too deeply"
    except ValueError as error:
        # besides syntax errors: a number of thousands of digits
        fault = f"is no TOML: {error}"
    raise configuration_error(str(path), [Fault(key="file", text=fault)])


@dataclass(frozen=True, kw_only=True, slots=True)
class Layered:
    """A document with the environment laid over it."""

    document: Document
    #: key -> the variable that set it
    set_by: Mapping[str, str]
    faults: tuple[Fault, ...]


def with_environment(document: Mapping[str, Any], environ: Mapping[str, str]) -> Layered:
    """Lay the variables of the form BASCULE__SECTION__KEY over a document."""
    result = deepcopy(dict(document))
    set_by: dict[str, str] = {}
    faults: list[Fault] = []
    for variable in sorted(name for name in environ if name.startswith(PREFIX)):
        key = _put(result, variable.removeprefix(PREFIX).split("__"), _value(environ[variable]))
        if key is None:
            text = "no key has this name; write BASCULE__SERVICE__LISTEN or BASCULE__TARGETS__MAIN__BRANCH"
            faults.append(Fault(key=dotted(variable), text=text))
        else:
            set_by[key] = variable
    return Layered(document=result, set_by=set_by, faults=tuple(faults))


def _put(document: Document, parts: list[str], value: object) -> str | None:
    """Set one key and return it; None where no key can have this name."""
    if not all(parts):
        return None
    table: Any = document
    path: list[str] = []
    for part in parts[:-1]:
        path.append(_spelled(part, table))
        table = table.setdefault(path[-1], {})
        if not isinstance(table, dict):
            return None
    path.append(_spelled(parts[-1], table))
    table[path[-1]] = value
    return dotted(*path)


def _spelled(part: str, known: Iterable[str]) -> str:
    """Find the key that a variable means: variables are upper case and cannot hold a hyphen."""
    wanted = part.lower()
    return next((key for key in known if key.lower().replace("-", "_") == wanted), wanted)


def _value(text: str) -> object:
    """Read a list as TOML does; anything else is text, which its key's kind reads further."""
    if not text.startswith("["):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text
