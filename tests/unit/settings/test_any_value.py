"""Whatever one key is given: settings, or faults of that key and of no other."""

import tempfile
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from orchestrator.domain.errors import ConfigurationError
from orchestrator.settings import load, raw, settings_of

ENVIRON = {
    "HOOK": "a webhook secret",
    "DATABASE": "postgresql://postgres:hunter2@db.abcdefgh.supabase.co:5432/postgres",
    "SLACK": "https://hooks.slack.com/services/T0/B0/hunter2",
    "SIGNING": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
}
WHOLE = """
[service]
[repositories.app]
url = "https://github.com/example/app.git"
webhook_secret = "env:HOOK"
[targets.main]
repository = "app"
branch = "main"
database_url = "env:DATABASE"
[[targets.main.openings]]
object = "public.prices"
because = "they are public"
[targets.main.identities.partner]
role = "partner"
[notify.team]
slack_webhook_url = "env:SLACK"
[notify.archive]
url = "https://hooks.example.com/x"
secret = "env:SIGNING"
"""
DOCUMENT = tomllib.loads(WHOLE)
TABLES: Mapping[tuple[Any, ...], type[raw.Table]] = {
    ("service",): raw.Service,
    ("repositories", "app"): raw.Repository,
    ("targets", "main"): raw.Target,
    ("targets", "main", "openings", 0): raw.Opening,
    ("targets", "main", "identities", "partner"): raw.Identity,
    ("notify", "team"): raw.Slack,
    ("notify", "archive"): raw.Webhook,
}
places = st.sampled_from([(*table, key) for table, model in TABLES.items() for key in model.model_fields])

#: without digits: two values that are each right may contradict each other, which is told of the other key
texts = st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=12) | st.sampled_from(
    [
        "", "env:", "env:NOBODY", "env:HOOK", "file:", "file:/nowhere", "file:/", "s", "GiB", "[::", "http://[",
        "\x00",
    ]
)  # fmt: skip
scalars = (
    texts | st.integers(max_value=0) | st.floats() | st.booleans() | st.datetimes() | st.dates() | st.times()
    | st.just(10**400)
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


def dotted(place: tuple[Any, ...]) -> str:
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place)[1:]


def faults_of(error: ConfigurationError) -> list[str]:
    assert (error.code, error.__cause__, error.__context__) == ("settings", None, None)
    assert "hunter2" not in repr([str(error), error.nouns])
    listed = error.nouns["faults"]
    assert isinstance(listed, list)
    return [str(fault) for fault in listed]


@settings(max_examples=400, deadline=None)
@example(place=("targets", "main", "attempts"), value=10**400)
@example(place=("service", "longest_stage"), value=float("nan"))
@example(place=("targets", "main", "identities", "partner", "claims"), value={"at": float("inf")})
@given(place=places, value=values)
def test_a_wrong_value_gives_faults_of_its_key_alone(place: tuple[Any, ...], value: object) -> None:
    document = deepcopy(DOCUMENT)
    table: Any = document
    for part in place[:-1]:
        table = table[part]
    table[place[-1]] = value
    try:
        settings_of(document, ENVIRON, file=None)
    except ConfigurationError as error:
        key, told = dotted(place), faults_of(error)
        assert told
        assert all(fault.startswith(key) for fault in told), told
        assert all(fault.removeprefix(key)[0] in " .[" for fault in told), told


@settings(max_examples=100, deadline=None)
@given(place=places, value=texts.filter(lambda text: "\x00" not in text))
def test_a_wrong_variable_is_named_beside_the_key_that_it_sets(place: tuple[Any, ...], value: str) -> None:
    if any(isinstance(part, int) for part in place):
        return  # no variable reaches into a list
    variable = "BASCULE__" + "__".join(place).upper()
    try:
        settings_of(DOCUMENT, ENVIRON | {variable: value}, file=None)
    except ConfigurationError as error:
        told = faults_of(error)
        assert told
        assert all(fault.startswith(dotted(place)) and variable in fault for fault in told), told


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(max_size=12) | st.sampled_from(["[", "]]", '"', "'''", "= 1_", "\r", "#"]),
    at=st.integers(0, len(WHOLE)),
)
def test_a_file_with_something_typed_anywhere_gives_settings_or_one_error(text: str, at: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bascule.toml"
        file.write_bytes((WHOLE[:at] + text + WHOLE[at:]).encode("utf-8", "surrogatepass"))
        try:
            load(file, ENVIRON)
        except ConfigurationError as error:
            told = faults_of(error)
            assert told


def test_what_these_tests_begin_with_is_right() -> None:
    assert settings_of(DOCUMENT, ENVIRON, file=None).targets
