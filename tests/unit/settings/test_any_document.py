"""Whatever stands in a TOML file: settings, or one ConfigurationError that shows no secret."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.errors import ConfigurationError
from orchestrator.settings import raw, settings_of

MODELS = {
    "service": raw.Service,
    "repositories": raw.Repository,
    "targets": raw.Target,
    "notify": raw.Webhook,
}
ENVIRON = {"SECRET": "postgresql://u:hunter2@127.0.0.1/d", "EMPTY": ""}

texts = st.text(max_size=20) | st.sampled_from(
    [
        "env:SECRET", "env:EMPTY", "env:", "file:/", "file:/nowhere", "4s", "1e9s", "app", "main", "https://x",
        "http://[", "postgresql://u:hunter2@h", "127.0.0.1:0", "[::1]:65536", "refuse", "::", "whsec_", "/x",
        "a\x00b",
    ]
)  # fmt: skip
scalars = texts | st.integers() | st.floats() | st.booleans() | st.datetimes() | st.none()
values = scalars | st.lists(scalars, max_size=3) | st.dictionaries(texts, scalars, max_size=3)


def tables(section: str) -> st.SearchStrategy[dict[str, Any]]:
    keys = st.sampled_from([*MODELS[section].model_fields, "slack_webhook_url"]) | texts
    return st.dictionaries(keys, values, max_size=8)


named = st.sampled_from(["app", "main", "NAME", "a.b", ""]) | texts
documents = st.fixed_dictionaries(
    {},
    optional={
        "service": tables("service") | values,
        "repositories": st.dictionaries(named, tables("repositories") | values, max_size=3) | values,
        "targets": st.dictionaries(named, tables("targets") | values, max_size=3) | values,
        "notify": st.dictionaries(named, tables("notify") | values, max_size=3) | values,
    },
) | st.dictionaries(texts, values, max_size=3)
variables = st.dictionaries(
    st.lists(st.sampled_from(["SERVICE", "LISTEN", "TARGETS", "APP", "", "ON"]), max_size=4).map(
        lambda parts: "BASCULE__" + "__".join(parts)
    ),
    st.text(st.characters(exclude_characters="\x00"), max_size=10) | st.sampled_from(["[", '["failed"]']),
    max_size=3,
)


@settings(max_examples=300, deadline=None)
@given(document=documents, environ=variables)
def test_any_document_gives_settings_or_one_configuration_error(
    document: dict[str, Any], environ: dict[str, str]
) -> None:
    found: object
    try:
        found = settings_of(document, ENVIRON | environ, file=None)
    except ConfigurationError as error:
        found = [str(error), error.code, error.nouns, error.__cause__, error.__context__]
    assert "hunter2" not in repr(found)
