"""The templates: what each is for, and which words ask for it.

A template is a folder below templates/: up.sql, down.sql, test.sql and template.toml.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Self

from orchestrator.authoring.phrases import fixed_words, has_words, values_in
from orchestrator.domain.errors import ConfigurationError

#: all of them, in the order in which they are listed
NAMES: Final = (
    "table",
    "junction",
    "enum",
    "add-column",
    "type-change",
    "updated-at",
    "full-text",
    "partner-access",
    "admin-access",
    "service-access",
    "storage-bucket",
    "blank",
)
BLANK: Final = "blank"


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """One template."""

    name: str
    #: one line for a list
    about: str
    #: names of the values without which it says nothing: table, column, links, bucket
    needs: tuple[str, ...]
    #: descriptions that ask for it
    phrases: tuple[str, ...]
    #: descriptions from which it reads values as well, once it was chosen
    reads: tuple[str, ...]
    #: words of a description that make it likely, and no more
    hints: tuple[str, ...]

    @classmethod
    def of(cls, name: str, told: Mapping[str, object]) -> Self:
        """Take what template.toml says."""
        lists = {key: tuple(_texts(told.get(key, ()))) for key in ("needs", "phrases", "reads", "hints")}
        return cls(name=name, about=str(told["about"]), **lists)

    def values(self, description: str) -> Mapping[str, str]:
        """Read what the description names."""
        found = (values_in(description, phrase) for phrase in (*self.phrases, *self.reads))
        return next(filter(None, found), {})


@cache
def templates() -> tuple[Template, ...]:
    """Return all templates, in the order of a list."""
    folder = files("orchestrator.authoring") / "templates"
    tables = {name: tomllib.loads((folder / name / "template.toml").read_text("utf-8")) for name in NAMES}
    return tuple(Template.of(name, told) for name, told in tables.items())


def named(name: str) -> Template:
    """Return the template of a name. Raises ConfigurationError, which lists them."""
    known = {template.name: template for template in templates()}
    if name in known:
        return known[name]
    lines = (f"{template.name}: {template.about}" for template in templates())
    raise ConfigurationError(
        "\n  ".join([f'there is no template "{name}"; these are there:', *lines]),
        code="template-unknown",
        remedy="name one of those with --template, or none",
    )


def asked_for(description: str) -> Template:
    """Return the template that the description asks for; the blank one where that is in doubt."""
    surest: dict[str, int] = {}
    for template in templates():
        for phrase in template.phrases:
            if values_in(description, phrase) is not None:
                surest[template.name] = max(fixed_words(phrase), surest.get(template.name, 0))
    best = [name for name, words in surest.items() if words == max(surest.values())]
    return named(best[0] if len(best) == 1 else BLANK)


def likely(description: str) -> Template | None:
    """Return the template that the description may mean, where it asks for none; None: nobody can tell."""
    for template in templates():
        if any(values_in(description, phrase) is not None for phrase in template.reads):
            return template
    hinted = [
        (len(hint.split()), template)
        for template in templates()
        for hint in template.hints
        if has_words(description, hint)
    ]
    return max(hinted, key=lambda one: one[0])[1] if hinted else None


def _texts(value: object) -> Iterable[str]:
    assert isinstance(value, Iterable)
    return map(str, value)
