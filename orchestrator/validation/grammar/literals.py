"""Find the string constants of a statement by the lexer, those in the body of a function too.

Part of the adapter: what holds a million rows is read only as far as LOOKED_AT.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import postgast
from postgast import pg_query_pb2 as pg

from orchestrator.validation.expression import Constant
from orchestrator.validation.grammar.nodes import Node, Source

#: characters of one statement; reading so many takes about a third of a second
LOOKED_AT: Final = 2_000_000
#: a body in a body in a body
_DEEPEST: Final = 3

_STRINGS: Final = frozenset({pg.SCONST, pg.USCONST})
_COMMENTS: Final = frozenset({pg.SQL_COMMENT, pg.C_COMMENT})
#: what dollar quotes hold behind one of these is code
_MAKES_CODE: Final = frozenset({pg.DO, pg.FUNCTION, pg.PROCEDURE})
#: how far from the first word such a word may stand: CREATE OR REPLACE FUNCTION
_FIRST_WORDS: Final = 4


def constants_in(text: str) -> tuple[Constant, ...]:
    """Return the string constants and comments in their order; none where the text cannot be cut."""
    return tuple(_constants(text[:LOOKED_AT], 0, 0, is_code=False))


def tokens_of(text: str) -> Sequence[Node]:
    """Return the tokens of a text, up to a string that is never closed."""
    try:
        return list(postgast.scan(text).tokens)
    except postgast.PgQueryError as error:
        return _tokens_before(text, error.cursorpos - 1)


def _tokens_before(text: str, end: int) -> Sequence[Node]:
    try:
        return list(postgast.scan(text[: max(0, end)]).tokens)
    except postgast.PgQueryError:
        return ()


def _constants(text: str, start: int, depth: int, *, is_code: bool) -> Iterator[Constant]:
    if "\0" in text:
        return
    tokens, source = tokens_of(text), Source(text)
    words = [token for token in tokens if token.token not in _COMMENTS][:_FIRST_WORDS]
    is_code = is_code or not _MAKES_CODE.isdisjoint(token.token for token in words)
    before = ""
    for token in tokens:
        begin, end = source.at(token.start), source.at(token.end)
        written = text[begin:end]
        if token.token in _COMMENTS:
            yield Constant(text=written, offset=start + begin, start=start + begin, is_comment=True)
        elif token.token in _STRINGS and is_code and written.startswith("$") and depth < _DEEPEST:
            quote = _quote(written)
            body = written[len(quote) : -len(quote)]
            yield from _constants(body, start + begin + len(quote), depth + 1, is_code=True)
        elif token.token in _STRINGS:
            quote = _quote(written)
            inner = written[len(quote) : -len(quote.lstrip("eEnNuU&"))]
            yield Constant(
                text=inner if quote.startswith("$") else inner.replace("''", "'"),
                offset=start + begin,
                start=start + begin + len(quote),
                behind=before,
            )
        before = written.lower()


def _quote(written: str) -> str:
    """Return what opens a constant: ', E', $tag$; escapes in it stay as they are written."""
    sign = "$" if written.startswith("$") else "'"
    return written[: written.index(sign, 1 if sign == "$" else 0) + 1]
