"""Looks for secrets wherever the service leaves words: logs, commands' output, the ledger, its files."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from json import dumps
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus, urlsplit

from psycopg import sql

from tests.support.service import SECRET, Service

#: a shorter piece of base64 says nothing
_TELLING: Final = 8

_TABLES = (
    "select c.relname from pg_class c where c.relnamespace = 'bascule'::regnamespace and c.relkind = 'r'"
)


def leaks_of(service: Service) -> list[str]:
    """Return where a secret of the settings stands in the clear."""
    return leaks_among(_secrets(service), words_of(service))


def leaks_among(secrets: Mapping[str, str], words: Iterable[tuple[str, str]]) -> list[str]:
    """Return which of these secrets stands where; words come with the name of their place."""
    forms = {name: forms_of(secret) for name, secret in secrets.items()}
    found = (
        f"{place}: {name}"
        for place, text in words
        for name, those in forms.items()
        if any(form in text for form in those)
    )
    return list(dict.fromkeys(found))


def forms_of(secret: str) -> tuple[str, ...]:
    """Return the forms in which a secret could stand: as it is, in hex, base64, a URL, JSON."""
    raw = secret.encode()
    # wherever it begins within a longer text; the ends, which depend on what stands beside it, are left out
    encoded = (b64encode(b"\0" * before + raw).decode() for before in range(3))
    middles = (text[4 if before else 0 : -4] for before, text in enumerate(encoded))
    forms = (
        secret,
        raw.hex(),
        raw.hex().upper(),
        quote(secret, safe=""),
        quote_plus(secret),
        dumps(secret)[1:-1],
    )
    return tuple(dict.fromkeys((*forms, *(middle for middle in middles if len(middle) >= _TELLING))))


def _secrets(service: Service) -> dict[str, str]:
    found = {"webhook secret": SECRET.decode()}
    for name, value in service.environment.items():
        password = urlsplit(value).password if "://" in value else None
        if password:
            found[f"password in {name}"] = password
        if name.endswith("_SECRET"):
            found[name] = value
    return found


def words_of(service: Service) -> Iterator[tuple[str, str]]:
    """Yield all that the service left, each with the name of its place."""
    yield from ((f"output of command {number}", text) for number, text in enumerate(service.said))
    for log in service.logs.iterdir():
        yield log.name, log.read_text(errors="replace")
    for file in _files(service.house.settings.service.state_directory):
        yield str(file), file.read_bytes().decode("latin-1")
    yield from _ledger(service)


def _files(folder: Path) -> Iterator[Path]:
    """Yield what lies there, but for the scratch server's data: a copy of what targets say of themselves."""
    for file in folder.rglob("*"):
        data = "scratch" in file.parts and file.suffix != ".log"
        if file.is_file() and not data:
            yield file


def _ledger(service: Service) -> Iterator[tuple[str, str]]:
    """Yield every row as text; what is bytes there is hexadecimal."""
    with service.house.control.connection() as connection:
        for table in connection.execute(_TABLES).fetchall():
            name = sql.Identifier("bascule", table["relname"])
            for row in connection.execute(sql.SQL("select t::text as row from {} t").format(name)):
                yield f"ledger table {table['relname']}", row["row"]
