"""Extensions, roles and their members, as the grammar tells them."""

import pytest

from orchestrator.domain.shape import Name
from orchestrator.validation.changes import ChangeMembership, CreateObject
from orchestrator.validation.grammar.parser import parse


@pytest.mark.parametrize(
    ("text", "schema", "if_not_exists"),
    [
        ("create extension vector", None, False),
        ('create extension if not exists "uuid-ossp" with schema "Extensions"', "Extensions", True),
        ("create extension hstore version '1.8' schema public cascade", "public", False),
    ],
)
def test_create_extension_keeps_the_schema_that_it_names(
    text: str, schema: str | None, *, if_not_exists: bool
) -> None:
    [change] = parse(text).changes
    assert isinstance(change, CreateObject)
    assert (change.kind, change.schema, change.if_not_exists) == ("extension", schema, if_not_exists)


def test_an_extensions_name_is_kept_as_it_is_written() -> None:
    [change] = parse('create extension "uuid-ossp"').changes
    assert isinstance(change, CreateObject)
    assert change.name == Name(None, "uuid-ossp")


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ('grant service_role, "Admin" to anon, current_user with admin option', True),
        ('revoke service_role, "Admin" from anon, current_user', False),
    ],
)
def test_granting_roles_tells_roles_and_members(text: str, *, given: bool) -> None:
    [change] = parse(text).changes
    assert change == ChangeMembership(
        offset=0, given=given, roles=("service_role", "Admin"), members=("anon", "current_user")
    )
