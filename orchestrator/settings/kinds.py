"""The kinds of values that settings hold, each read from what an operator writes.

Each reader raises ValueError with what to write instead. What it says never holds a secret.
"""

import difflib
import json
import re
from functools import cache
from importlib import resources
from typing import Annotated, Final

from pydantic import BeforeValidator, PlainValidator, ValidationInfo

from orchestrator.domain.delivery import signing_key
from orchestrator.probes.identities import OURS
from orchestrator.settings import database, references, urls
from orchestrator.settings.faults import dotted, shown
from orchestrator.settings.model import Listen, Secret

NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,62}")

#: where the pages of those rules lie whose code says nothing in general
_PAGES: Final = ("stages/checkout_rules", "stages/observe_rules", "probes/rules", "probes/lints")
#: of these the errors cannot be set: what keeps a commit from being read keeps it from being deployed
_OF_COMMITS: Final = "stages/checkout_rules"
_IS_ERROR: Final = "\n- severity: error\n"
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)\s?(ms|s|m|h)")
_BARE_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,3})?")
_LONGEST_DURATION_SECONDS = 86400.0
_SIZES = {"MiB": 1024**2, "GiB": 1024**3}
_SIZE = re.compile(r"([1-9][0-9]{0,6})\s?(MiB|GiB)")
_LARGEST_SIZE = 1024 * _SIZES["GiB"]
_DAYS = re.compile(r"[0-9]{1,5}d")
_MOST_DAYS = 36500
_SHORTEST_TOKEN = 16
_HIGHEST_RATE = 1_000_000
_LARGEST_PORT = 65535
_NOT_IN_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|//|@\{|/\.")
_IDENTITY = re.compile(r"[a-z][a-z0-9_]{0,23}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NOT_IN_FOLDER = re.compile(r"[\x00-\x1f\x7f\\:*?\[]")


def _text(value: object, example: str) -> str:
    if not isinstance(value, str):
        # pydantic collects a ValueError; a TypeError would end the reading
        raise ValueError(f'must be text in quotes, such as "{example}"')  # noqa: TRY004
    return value


def seconds(value: object) -> float:
    """Read a duration such as "110s", "4s", "10m", "500ms"."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value) if 0 < value < _LONGEST_DURATION_SECONDS else "?"
    text = _text(value, "4s")
    if _BARE_NUMBER.fullmatch(text):
        raise ValueError(f'{shown(text)} has no unit; write "{text}s"')
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f'{shown(text)} is no duration; write a number with ms, s, m or h, such as "4s"')
    result = float(match[1]) * _UNITS[match[2]]
    if not 0 < result <= _LONGEST_DURATION_SECONDS:
        raise ValueError(f"{shown(text)} is out of bounds; write more than 0 and at most 24h")
    return result


def _seconds_or_off(value: object) -> float | None:
    return None if value == "off" else seconds(value)


def _age_or_off(value: object) -> float | None:
    """Read an age in whole days, such as "365d"."""
    if value == "off":
        return None
    text = _text(value, "365d")
    days = int(text[:-1]) if _DAYS.fullmatch(text) else 0
    if not 1 <= days <= _MOST_DAYS:
        raise ValueError(f'{shown(text)} is no age; write days from "1d" to "{_MOST_DAYS}d", or "off"')
    return days * 86400.0


def _bytes(value: object) -> int:
    """Read a size such as "4GiB", "512MiB"."""
    text = _text(value, "4GiB")
    match = _SIZE.fullmatch(text)
    size = int(match[1]) * _SIZES[match[2]] if match else 0
    if not 0 < size <= _LARGEST_SIZE:
        raise ValueError(f'{shown(text)} is no size; write one from "1MiB" to "1024GiB", such as "4GiB"')
    return size


def _listen(value: object) -> Listen:
    text = _text(value, "127.0.0.1:8400")
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (colon and host and port.isascii() and port.isdigit() and int(port[:6]) <= _LARGEST_PORT):
        raise ValueError(f'{shown(text)} is no address to listen on; write "127.0.0.1:8400"')
    if not re.fullmatch(r"[A-Za-z0-9.:_-]+", host):
        raise ValueError(f'{shown(host)} is no host; write "127.0.0.1:8400"')
    return Listen(host=host, port=int(port))


def _secret(value: object, info: ValidationInfo) -> Secret:
    return references.resolve(value, (info.context or {}).get("environ", {}))


def _webhook_secrets(value: object, info: ValidationInfo) -> tuple[Secret, ...]:
    several = value if isinstance(value, list) else [value]
    if not several:
        raise ValueError(f"must name at least one secret: {references.FORM}")
    return tuple(_webhook_secret(one, info) for one in several)


def _webhook_secret(value: object, info: ValidationInfo) -> Secret:
    secret = _secret(value, info)
    if len(secret.reveal()) < _SHORTEST_TOKEN:
        raise ValueError(
            f"the secret that {value} names is shorter than {_SHORTEST_TOKEN} characters; "
            "take a long random one, and the same on the forge"
        )
    return secret


def _rate_or_off(value: object) -> int | None:
    if value == "off":
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:10])  # from the environment, where everything is text
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _HIGHEST_RATE:
        raise ValueError(f'must be a whole number from 1 to {_HIGHEST_RATE}, such as 6000, or "off"')
    return value


def _database_url(value: object, info: ValidationInfo) -> Secret:
    secret = _secret(value, info)
    database.address_of(secret.reveal())
    return secret


def _broker_url(value: object, info: ValidationInfo) -> Secret:
    secret = _secret(value, info)
    urls.broker(secret.reveal())
    return secret


def _slack_url(value: object, info: ValidationInfo) -> Secret:
    secret = _secret(value, info)
    urls.slack(secret.reveal())
    return secret


def _http_url(value: object) -> str:
    return urls.http(_text(value, "https://bascule.example.com"))


def _git_url(value: object) -> str:
    return urls.git(_text(value, "https://github.com/example/app.git"))


def _admin_token(value: object, info: ValidationInfo) -> Secret:
    secret = _secret(value, info)
    if len(secret.reveal()) < _SHORTEST_TOKEN:
        raise ValueError(f"is shorter than {_SHORTEST_TOKEN} characters; take a long random one")
    return secret


def _signing_secret(value: object, info: ValidationInfo) -> Secret:
    secret = _secret(value, info)
    try:
        signing_key(secret.reveal())
    except ValueError:
        raise ValueError(
            'must be "whsec_" and the base64 of 24 to 64 random bytes, as Standard Webhooks has it'
        ) from None
    return secret


def _branch(value: object) -> str:
    text = _text(value, "main")
    if text.startswith("refs/"):
        raise ValueError(f"{shown(text)} is a whole ref; write the branch alone, without refs/heads/")
    wrong = (
        _NOT_IN_BRANCH.search(text) or text.startswith(("-", "/", ".")) or text.endswith(("/", ".", ".lock"))
    )
    if wrong or not text or text == "@":
        raise ValueError(f'{shown(text)} is no branch that git allows; write one such as "main"')
    return text


def _folder(value: object) -> str:
    text = _text(value, "supabase")
    parts = text.split("/")
    if _NOT_IN_FOLDER.search(text) or {"", ".", ".."}.intersection(parts):
        raise ValueError(
            f'{shown(text)} is no folder of the repository; write its path from the root, such as "supabase"'
        )
    return text


def _repository(value: object, info: ValidationInfo) -> str:
    text = _text(value, "app")
    known: tuple[str, ...] = (info.context or {}).get("repositories", ())
    if text not in known:
        hint = (
            f"; known here: {', '.join(map(dotted, sorted(known)))}"
            if known
            else "; write a table [repositories.app]"
        )
        raise ValueError(f"there is no [repositories.{dotted(text)}]{hint}")
    return text


def _rule(value: object) -> str:
    # the rules bring PostgreSQL's grammar with them; only who sets one needs that
    from orchestrator.validation.rules import PERMISSION_RULES, RULES  # noqa: PLC0415

    text = _text(value, "drop-column")
    refused = {
        rule.id: "cannot be set: what it reports cannot be applied, or not without guessing"
        for rule in RULES
        if not rule.may_be_allowed and rule not in PERMISSION_RULES
    }
    refused |= dict.fromkeys(
        _rules_in(_OF_COMMITS, _IS_ERROR), "cannot be set: what it reports keeps the commit from being read"
    )
    known = {rule.id for rule in RULES}.union(*map(_rules_in, _PAGES))
    if text not in known:
        near = difflib.get_close_matches(text, sorted(known), n=1)
        raise ValueError(f"is no rule; {f'did you mean {near[0]}?' if near else 'see `bascule rules`'}")
    if text in refused:
        raise ValueError(refused[text])
    return text


@cache
def _rules_in(folder: str, saying: str = "") -> frozenset[str]:
    """Name the rules that have a page in this folder, or only those whose page says something."""
    pages = (page for page in resources.files("orchestrator").joinpath(folder).iterdir())
    return frozenset(
        page.name[:-3].replace("_", "-")
        for page in pages
        if page.name.endswith(".md") and saying in page.read_text(encoding="utf-8")
    )


def _root_certificate(value: object) -> str:
    text = _text(value, "file:/etc/bascule/supabase-ca.crt")
    if text == "system":
        return text
    path = text.removeprefix("file:")
    if path == text or not path.startswith("/") or "\x00" in path:
        raise ValueError('must be "file:/path" of a certificate, or "system"')
    return path


def _object_name(value: object) -> str:
    text = _text(value, "public.prices")
    schema, _, name = text.partition(".")
    if not (schema and name) or _CONTROL.search(text):
        raise ValueError(f"{shown(text)}: name it with its schema, as findings do, such as public.prices")
    return text


def _reason(value: object) -> str:
    text = _text(value, "prices are on the web site").strip()
    if not text or _CONTROL.search(text):
        raise ValueError('must say why it is meant, in one line, such as "prices are on the web site"')
    return text


RuleName = Annotated[str, PlainValidator(_rule)]
Duration = Annotated[float, BeforeValidator(seconds)]
DurationOrOff = Annotated[float | None, PlainValidator(_seconds_or_off)]
Size = Annotated[int, PlainValidator(_bytes)]
AgeOrOff = Annotated[float | None, PlainValidator(_age_or_off)]
ListenAddress = Annotated[Listen, PlainValidator(_listen)]
SecretValue = Annotated[Secret, PlainValidator(_secret)]
WebhookSecrets = Annotated[tuple[Secret, ...], PlainValidator(_webhook_secrets)]
RateOrOff = Annotated[int | None, PlainValidator(_rate_or_off)]
DatabaseUrl = Annotated[Secret, PlainValidator(_database_url)]
BrokerUrl = Annotated[Secret, PlainValidator(_broker_url)]
AdminToken = Annotated[Secret, PlainValidator(_admin_token)]
SigningSecret = Annotated[Secret, PlainValidator(_signing_secret)]
SlackUrl = Annotated[Secret, PlainValidator(_slack_url)]
HttpUrl = Annotated[str, PlainValidator(_http_url)]
GitUrl = Annotated[str, PlainValidator(_git_url)]
Branch = Annotated[str, PlainValidator(_branch)]
Folder = Annotated[str, PlainValidator(_folder)]


def _identity_name(value: object) -> str:
    text = _text(value, "administrator")
    if not _IDENTITY.fullmatch(text):
        raise ValueError("is no name; write small letters, digits and _, at most 24")
    if text in OURS:
        raise ValueError(f"is asked anyway; the names of ours are {', '.join(sorted(OURS))}")
    return text


def _claims(value: object) -> str:
    """Read an object of claims; return it as JSON."""
    if not isinstance(value, dict):
        raise ValueError('must be a table, such as { app_metadata = { role = "admin" } }')  # noqa: TRY004  # see _text
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise ValueError(
            "holds what no token can: write texts, numbers, true, false, lists, tables"
        ) from None


IdentityName = Annotated[str, PlainValidator(_identity_name)]
Claims = Annotated[str, PlainValidator(_claims)]
ObjectName = Annotated[str, PlainValidator(_object_name)]
Reason = Annotated[str, PlainValidator(_reason)]
RepositoryName = Annotated[str, PlainValidator(_repository)]
RootCertificate = Annotated[str, PlainValidator(_root_certificate)]
