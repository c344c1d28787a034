"""Where in a statement's text its parts begin: 0-based, in characters.

The tree knows places in bytes, and none at all for most commands of ALTER TABLE: those are found by tokens.
Part of the adapter: only its neighbours use it.
"""

from typing import Final

import postgast
from postgast import pg_query_pb2 as pg

from orchestrator.validation.grammar.nodes import Node, Source

_COMMENTS: Final = frozenset({pg.SQL_COMMENT, pg.C_COMMENT})
_OPEN: Final = frozenset({pg.ASCII_40, pg.ASCII_91})
_CLOSE: Final = frozenset({pg.ASCII_41, pg.ASCII_93})
_DOT, _COMMA, _SEMICOLON = pg.ASCII_46, pg.ASCII_44, pg.ASCII_59
#: what may stand between a table's name and the first command: ONLY (name), name *
_AFTER_NAME: Final = frozenset({pg.ASCII_41, pg.ASCII_42})


def first_word(source: Source, after: int = 0) -> int:
    """Return where the first token begins that no comment is; `after` counts bytes."""
    tokens = _tokens(source, after)
    return source.at(tokens[0].start) if tokens else 0


def commands_of_alter_table(source: Source, relation: Node) -> list[int]:
    """Return where each command of this ALTER TABLE begins."""
    tokens = _tokens(source, relation.location)
    first = _end_of_name(tokens)
    starts, depth = [first], 0
    for number, token in enumerate(tokens[first:], start=first):
        if token.token in _OPEN:
            depth += 1
        elif token.token in _CLOSE:
            depth -= 1
        elif token.token == _COMMA and depth == 0:
            starts.append(number + 1)
        elif token.token == _SEMICOLON:
            break
    return [source.at(tokens[start].start) for start in starts]


def _end_of_name(tokens: list[Node]) -> int:
    end = 1
    while tokens[end].token == _DOT:
        end += 2
    while tokens[end].token in _AFTER_NAME:
        end += 1
    return end


def _tokens(source: Source, after: int) -> list[Node]:
    tokens = postgast.scan(source.text).tokens
    return [token for token in tokens if token.start >= after and token.token not in _COMMENTS]
