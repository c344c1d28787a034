"""Find the comments of a statement by the lexer: no string is taken for one. Part of the adapter."""

from collections.abc import Iterator
from typing import Final

import postgast
from postgast import pg_query_pb2 as pg

from orchestrator.validation.grammar.nodes import Source

_COMMENTS: Final = frozenset({pg.SQL_COMMENT, pg.C_COMMENT})


def comments_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield where each comment begins and what it says without its signs; none where nothing can be read."""
    if "\0" in text:
        return
    try:
        tokens = postgast.scan(text).tokens
    except postgast.PgQueryError:
        return
    source = Source(text)
    for token in tokens:
        if token.token in _COMMENTS:
            start, end = source.at(token.start), source.at(token.end)
            yield start, _said(text[start:end])


def _said(comment: str) -> str:
    inner = comment[2:-2] if comment.startswith("/*") else comment[2:]
    return inner.strip()
