"""Refuse to parse what is nested so deeply that the parser's own stack would overflow.

libpg_query writes out its tree recursively and has no limit of its own: a chain of 30,000 operators ends the
process (measured with a stack of 8 MB). Part of the adapter: only parser.py uses it.
"""

from typing import Final

import postgast
from postgast import pg_query_pb2 as pg

MOST_LEVELS: Final = 5_000
#: a level takes an operator and an operand, so a shorter text cannot have more levels than that
_SHORT: Final = 2 * MOST_LEVELS

_OPEN: Final = frozenset({pg.ASCII_40, pg.ASCII_91})
_CLOSE: Final = frozenset({pg.ASCII_41, pg.ASCII_93})
_SEPARATOR: Final = frozenset({pg.ASCII_44, pg.ASCII_59})
#: what adds no level by itself; anything else might
_LEAF: Final = frozenset({pg.IDENT, pg.ICONST, pg.FCONST, pg.SCONST, pg.SQL_COMMENT, pg.C_COMMENT})


def nests_too_deeply(text: str) -> bool:
    """Tell whether a statement might be deeper than MOST_LEVELS; counts tokens, which is never too few."""
    if len(text) <= _SHORT:
        return False
    try:
        tokens = postgast.scan(text).tokens
    except postgast.PgQueryError:
        return False  # the parser will stop at the same place
    outer, level = [], 0
    for token in tokens:
        kind = token.token
        if kind in _OPEN:
            outer.append(level)
            level += 1
        elif kind in _CLOSE:
            level = outer.pop() if outer else 0
        elif kind in _SEPARATOR:
            level = outer[-1] + 1 if outer else 0
        elif kind not in _LEAF:
            level += 1
        if level > MOST_LEVELS:
            return True
    return False
