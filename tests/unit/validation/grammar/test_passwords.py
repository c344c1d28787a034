"""Whose password a statement changes."""

import pytest

from orchestrator.validation.grammar.passwords import passwords_in


@pytest.mark.parametrize(
    ("sql", "roles"),
    [
        ("alter role app password 'x'", ("role app",)),
        ("ALTER USER App WITH PASSWORD 'x' VALID UNTIL 'infinity'", ("role app",)),
        ('alter role "My App" password null', ("role My App",)),
        ("alter role current_user password 'x'", ("role current_user",)),
        ("alter user session_user password 'x'", ("role session_user",)),
        ("do $$ begin alter role app password 'x'; end $$", ("a role",)),
        ("do $$ begin execute format('alter user %I with\npassword %L', 'a', 'b'); end $$", ("a role",)),
        ("create role app password 'x'", ()),
        ("alter role app set search_path = 'password'", ()),
        ("alter role password nologin", ()),
        ("comment on role app is 'alter role app password'", ()),
        ("select 'password'", ()),
        ("alter role app password", ()),
        ("alter role app passwort 'x'", ()),
        ("alter role app password '\0'", ()),
        ("", ()),
    ],
)
def test_roles_are_named_whose_password_becomes_another(sql: str, roles: tuple[str, ...]) -> None:
    assert passwords_in(sql) == roles
