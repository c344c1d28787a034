"""Write the three files of a new migration from a template."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from orchestrator.authoring.helpers import helpers_in
from orchestrator.authoring.naming import called, is_bucket, is_column, is_table, one_line, singular, slug_of
from orchestrator.authoring.template import Template
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.shape import Shape

#: what a value has to be, and an example
_SHAPES: Final = {
    "table": (is_table, "customer_invoices"),
    "left": (is_table, "products"),
    "right": (is_table, "categories"),
    "column": (is_column, "total_amount"),
    "bucket": (is_bucket, "customer-documents"),
}
#: which option names a value
_OPTIONS: Final = {"left": "--links", "right": "--links"}
_TABLES: Final = ("table", "left", "right")
_PUBLIC: Final = "public."
_EXAMPLES: Final = {"--links": "products,categories"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """The texts of a new migration, and what they are called below the folder that holds migrations/."""

    template: str
    #: what the template was filled with
    values: Mapping[str, str]
    migration: str
    rollback: str
    test: str
    #: "20261122120000_create_customer_invoices_table.sql"
    file_name: str
    #: without the version, so that it may stay when the migration is given another
    test_name: str

    @property
    def files(self) -> Mapping[str, str]:
        """The texts by their paths, in the order in which people read them."""
        return {
            f"migrations/{self.file_name}": self.migration,
            f"rollbacks/{self.file_name}": self.rollback,
            f"tests/{self.test_name}": self.test,
        }


def draft(
    description: str,
    template: Template,
    given: Mapping[str, str],
    *,
    version: str,
    today: date,
    earlier: Shape,
) -> Draft:
    """Fill a template.

    `given` are values that go before those that the description names; `earlier` is what earlier migrations
    made. Raises ConfigurationError when the description is none, or a value is missing or no plain name.
    """
    slug = slug_of(description)
    values = _values(description, template, given)
    about = {
        "description": one_line(description),
        "created": today.isoformat(),
        "file_name": f"{version}_{slug}.sql",
        **helpers_in(earlier),
        **values,
    }
    up, down, test = (_render(f"{template.name}/{part}.sql", about) for part in ("up", "down", "test"))
    return Draft(
        template=template.name,
        values=values,
        migration=up,
        rollback=down,
        test=test,
        file_name=f"{version}_{slug}.sql",
        test_name=f"{slug}_test.sql",
    )


def _without_public(name: str, value: str) -> str:
    return value.removeprefix(_PUBLIC) if name in _TABLES else value


def _values(description: str, template: Template, given: Mapping[str, str]) -> dict[str, str]:
    named = {name: _without_public(name, value) for name, value in given.items()}
    values = {**template.values(description), **named}
    if "left" in values and "right" in values:
        values.setdefault("table", called(values["left"], values["right"]))
    if "bucket" in template.needs and "bucket" in values and "bucket" not in given:
        values["bucket"] = values["bucket"].replace("_", "-")
    for need in template.needs:
        if need not in values:
            raise _missing(description, template, need)
    for name, value in values.items():
        _hold(name, value)
    if "left" in values and values["left"] == values.get("right"):
        raise _same(values["left"])
    return values


def _hold(name: str, value: str) -> None:
    fits, example = _SHAPES[name]
    if name in _TABLES and "." in value:
        raise ConfigurationError(
            f'"{one_line(value)}" names a schema: templates write into {_PUBLIC[:-1]}',
            code="template-value",
            remedy="name the table alone, and write its schema into the three files afterwards",
        )
    if not fits(value):
        option = _OPTIONS.get(name, f"--{name}")
        signs = "hyphens" if name == "bucket" else "_"
        raise ConfigurationError(
            f'"{one_line(value)}" cannot be the name of a {_kind(name)} here: it begins with a small letter,'
            f" goes on with small letters, digits and {signs}, has at most 63 and is no word of SQL's own",
            code="template-value",
            remedy=f"name it with {option}, for example {option} {_EXAMPLES.get(option, example)}",
        )


def _same(table: str) -> ConfigurationError:
    return ConfigurationError(
        f'a junction of "{table}" with itself would have two columns of one name',
        code="template-value",
        remedy="take --template blank, and name the columns by what each side is: parent_id, child_id",
    )


def _missing(description: str, template: Template, need: str) -> ConfigurationError:
    option = _OPTIONS.get(need, f"--{need}")
    return ConfigurationError(
        f'the template "{template.name}" needs a {_kind(need)}, and "{one_line(description)}" names none',
        code="template-value",
        remedy=f"name it with {option}, for example {option} {_EXAMPLES.get(option, _SHAPES[need][1])}",
    )


def _kind(name: str) -> str:
    return "table" if name in ("left", "right") else name


def _render(name: str, about: Mapping[str, object]) -> str:
    return _environment().get_template(name).render(about)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("orchestrator.authoring"),
        autoescape=False,  # noqa: S701  # what is written is SQL; values are names that _hold has let pass
        undefined=StrictUndefined,
        # brackets: SQL has braces in its JSON
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["singular"] = singular
    environment.globals["called"] = called
    return environment
