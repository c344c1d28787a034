"""What the bodies of functions say that only newer servers understand. Part of the adapter."""

from collections.abc import Iterator
from dataclasses import replace

import postgast
from google.protobuf.message import DecodeError

from orchestrator.validation.changes import Feature
from orchestrator.validation.grammar.features import RETURNING_OLD, features_of, may_have_features
from orchestrator.validation.grammar.nesting import nests_too_deeply
from orchestrator.validation.grammar.nodes import Node, Source, option, text_of
from orchestrator.validation.grammar.plpgsql import UNREADABLE, queries_of


def features_of_body(node: Node, source: Source) -> Iterator[Feature]:
    """Yield what the server finds in a body when the function is made.

    In PL/pgSQL that is the syntax of its statements: what they call is looked up when they run, and old and
    new may be the rows of a trigger.
    """
    body, language = option(node.options, "as"), option(node.options, "language")
    if body is None or language is None or not may_have_features(source.text):
        return
    match (text_of(language.arg) or "").lower():
        case "sql":
            for item in body.arg.list.items:
                yield from _features(item.string.sval, source)
        case "plpgsql":
            yield from _of_plpgsql(source)


def _of_plpgsql(source: Source) -> Iterator[Feature]:
    try:
        queries, _ = queries_of(source.text)
    except UNREADABLE:
        return
    for query in queries:
        for feature in _features(query, source):
            if feature.function is None and feature.words != RETURNING_OLD:
                yield feature


def _features(text: str, source: Source) -> Iterator[Feature]:
    """Read a text that stands somewhere in a statement's text, and give the places there."""
    if "\0" in text or nests_too_deeply(text):
        return
    try:
        statements = postgast.parse(text).stmts
    except (postgast.PgQueryError, DecodeError):
        return
    start = source.text.find(text)
    for each in statements:
        for feature in features_of(each.stmt, Source(text)):
            yield replace(feature, offset=0 if start < 0 else start + feature.offset)
