"""Roles whose password a statement sets: what it was before, nobody can read. Part of the adapter."""

import re
from collections.abc import Iterator
from typing import Final

import postgast
from google.protobuf.message import DecodeError
from postgast import pg_query_pb2 as pg

from orchestrator.validation.grammar.nesting import nests_too_deeply
from orchestrator.validation.grammar.nodes import Node

#: how a block speaks of it, whose own SQL is not looked into
_IN_A_BLOCK: Final = re.compile(r"\balter\s+(?:role|user)\b.*\bpassword\b", re.IGNORECASE | re.DOTALL)
_BY_ANOTHER_NAME: Final = {
    pg.ROLESPEC_CURRENT_ROLE: "current_role",
    pg.ROLESPEC_CURRENT_USER: "current_user",
    pg.ROLESPEC_SESSION_USER: "session_user",
}


def passwords_in(text: str) -> tuple[str, ...]:
    """Say whose password a statement changes, e.g. "role app"; not of one that it makes. Never raises."""
    if "password" not in text.lower() or "\0" in text or nests_too_deeply(text):
        return ()
    try:
        return tuple(found for each in postgast.parse(text).stmts for found in _of_statement(each.stmt))
    except (postgast.PgQueryError, DecodeError):
        return ()  # told as a statement that cannot be read


def _of_statement(statement: Node) -> Iterator[str]:
    kind = statement.WhichOneof("node")
    if kind == "alter_role_stmt":
        role = statement.alter_role_stmt
        if any(option.def_elem.defname == "password" for option in role.options):
            yield f"role {_BY_ANOTHER_NAME.get(role.role.roletype, role.role.rolename)}"
    elif kind == "do_stmt":
        bodies = (each.def_elem.arg.string.sval for each in statement.do_stmt.args)
        if any(_IN_A_BLOCK.search(body) for body in bodies):
            yield "a role"
