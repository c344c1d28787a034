"""Functions, triggers, views and DO blocks in our words. Part of the adapter."""

from collections.abc import Iterator
from typing import Final

from postgast import pg_query_pb2 as pg

from orchestrator.validation import changes
from orchestrator.validation.changes import Change
from orchestrator.validation.grammar.expressions import expression
from orchestrator.validation.grammar.nodes import (
    Node,
    Source,
    option,
    qualified,
    relation,
    text_of,
    type_text,
)

_TIMING: Final = {0: "AFTER", 2: "BEFORE", 64: "INSTEAD OF"}
_EVENTS: Final = {4: "INSERT", 8: "DELETE", 16: "UPDATE", 32: "TRUNCATE"}
_INPUT: Final = frozenset(
    {pg.FUNC_PARAM_IN, pg.FUNC_PARAM_INOUT, pg.FUNC_PARAM_VARIADIC, pg.FUNC_PARAM_DEFAULT}
)
_TRUE: Final = frozenset({"true", "on", "yes", "1"})

_RULED: Final = {pg.CMD_INSERT: "INSERT", pg.CMD_UPDATE: "UPDATE", pg.CMD_DELETE: "DELETE"}


def create_function(node: Node, source: Source) -> Iterator[Change]:
    """Read CREATE FUNCTION and CREATE PROCEDURE."""
    language = option(node.options, "language")
    definer = option(node.options, "security")
    body = option(node.options, "as")
    parameters = [each.function_parameter for each in node.parameters]
    yield changes.CreateFunction(
        offset=0,
        name=qualified(node.funcname),
        language=(text_of(language.arg) or "").lower() if language is not None else "sql",
        arguments=tuple(type_text(each.arg_type) for each in parameters if each.mode in _INPUT),
        returns=type_text(node.return_type) if node.HasField("return_type") else "",
        security_definer=definer is not None and text_of(definer.arg) == "true",
        settings=_settings(node.options),
        or_replace=node.replace,
        body=_body(body) if body is not None else None,
    )


def _body(element: Node) -> str | None:
    parts = [each.string.sval for each in element.arg.list.items]
    return parts[0] if len(parts) == 1 else None


def _settings(options: Node) -> frozenset[str]:
    return frozenset(
        each.def_elem.arg.variable_set_stmt.name.lower() for each in options if each.def_elem.defname == "set"
    )


def alter_function(node: Node, source: Source) -> Iterator[Change]:
    """Read ALTER FUNCTION."""
    definer = option(node.actions, "security")
    yield changes.AlterFunction(
        offset=0,
        name=qualified(node.func.objname),
        security_definer=None if definer is None else text_of(definer.arg) == "true",
        settings=_settings(node.actions),
    )


def create_trigger(node: Node, source: Source) -> Iterator[Change]:
    """Read CREATE TRIGGER."""
    yield changes.CreateTrigger(
        offset=0,
        table=relation(node.relation),
        name=node.trigname,
        timing=_TIMING.get(node.timing, "AFTER"),
        events=frozenset(word for bit, word in _EVENTS.items() if node.events & bit),
        function=qualified(node.funcname),
        or_replace=node.replace,
    )


def create_rule(node: Node, source: Source) -> Iterator[Change]:
    """Read CREATE RULE."""
    event = _RULED.get(node.event, "SELECT")
    yield changes.CreateRule(offset=0, table=relation(node.relation), name=node.rulename, event=event)


def create_view(node: Node, source: Source) -> Iterator[Change]:
    """Read CREATE VIEW."""
    invoker = option(node.options, "security_invoker")
    yield changes.CreateView(
        offset=0,
        view=relation(node.view),
        query=expression(node.query, source),
        or_replace=node.replace,
        temporary=node.view.relpersistence == "t",
        security_invoker=invoker is not None and (text_of(invoker.arg) or "true").lower() in _TRUE,
    )
