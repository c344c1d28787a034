"""Secrets stand elsewhere; settings hold a reference: `env:NAME` or `file:/path`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from orchestrator.settings.model import Secret

#: nobody keeps a longer secret; the bound keeps a wrong path from filling the memory
_LARGEST: Final = 64 * 1024

FORM: Final = '"env:NAME" or "file:/path"'


def resolve(reference: object, environ: Mapping[str, str]) -> Secret:
    """Fetch a secret. Raises ValueError with what is wrong; never with the value."""
    if not isinstance(reference, str):
        # pydantic collects a ValueError; a TypeError would end the reading
        raise ValueError(f"must be a reference in quotes: {FORM}")  # noqa: TRY004
    kind, _, place = reference.partition(":")
    match kind:
        case "env":
            value = _from_environment(place, environ)
        case "file":
            value = _from_file(Path(place))
        case _:
            raise ValueError(f"is written out; keep the value elsewhere and write {FORM}")
    if not value:
        raise ValueError(f"the secret that {reference} names is empty")
    return Secret(value)


def _from_environment(name: str, environ: Mapping[str, str]) -> str:
    if name not in environ:
        raise ValueError(f"the environment variable {name} is not set")
    value = environ[name]
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"the environment variable {name} is not UTF-8") from None
    return value


def _from_file(path: Path) -> str:
    if not path.is_absolute():
        raise ValueError('must name a file by its whole path: "file:/path"')
    try:
        # a pipe or a device would be waited for, perhaps for ever
        if not path.is_file():
            raise ValueError(f"{path} is not there, or is no plain file")
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > _LARGEST:
        raise ValueError(f"{path} is larger than 64 KiB; that is no secret")
    try:
        return content.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8") from None
