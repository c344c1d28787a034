"""Refuse to parse what is nested so deeply that the parser's own stack would overflow.

libpg_query writes out its tree recursively and has no limit of its own: a chain of 30,000 operators ends the
process (measured with a stack of 8 MB). Part of the adapter.
"""

from dataclasses import dataclass
from typing import Final

import postgast
from postgast import pg_query_pb2 as pg

MOST_LEVELS: Final = 5_000
#: a level takes an operator and an operand, so a shorter text cannot have more levels than that
_SHORT: Final = 2 * MOST_LEVELS

_OPEN: Final = {pg.ASCII_40: pg.ASCII_41, pg.ASCII_91: pg.ASCII_93}
_CLOSE: Final = frozenset(_OPEN.values())
#: operands on both sides of these stand beside each other: a OR b OR c is one node for all three
_BESIDE: Final = frozenset({pg.ASCII_44, pg.AND, pg.OR})
#: each wraps all that is to the left of it, which is one level for all operands there
_WRAPPING: Final = frozenset({pg.UNION, pg.INTERSECT, pg.EXCEPT, pg.JOIN})
#: what adds no level by itself; anything else might
_LEAF: Final = frozenset({pg.IDENT, pg.ICONST, pg.FCONST, pg.SCONST, pg.SQL_COMMENT, pg.C_COMMENT})
#: an AND among ORs, and the lists that hold them
_OF_LISTS: Final = 3


@dataclass(slots=True)
class _Group:
    """What stands between two parentheses: how deep it can be is for `levels` to say."""

    #: what ends it
    closing: int = 0
    #: the deepest statement of it so far
    deepest: int = 0
    #: words that wrap all operands
    wrapping: int = 0
    #: the deepest of the operands before this one
    operands: int = 0
    #: whether there are any
    has_more: bool = False
    #: this operand: tokens that may each add a level …
    run: int = 0
    #: … around the deepest group in it
    inner: int = 0
    #: BETWEEN whose AND is still to come: that one ends no operand
    between: int = 0
    #: whether CASE was seen: from there on nobody counts what is beside and what is within
    has_case: bool = False

    def take(self, kind: int) -> None:
        """Count one token that is no leaf and no parenthesis."""
        if kind == pg.ASCII_59:
            self.deepest, self.wrapping, self.operands = self.levels(), 0, 0
            self.run, self.inner, self.between, self.has_case = 0, 0, 0, False
        elif kind == pg.AND and self.between:
            self.between -= 1
            self.run += 1
        elif kind in _BESIDE and not self.has_case:
            self._end_operand()
        elif kind in _WRAPPING and not self.has_case:
            self._end_operand()
            self.wrapping += 1
        else:
            self.run += 1
            self.between += kind == pg.BETWEEN
            self.has_case = self.has_case or kind == pg.CASE

    def levels(self) -> int:
        """Return how many levels there can be."""
        operands = max(self.operands, self.run + self.inner) + (_OF_LISTS if self.has_more else 0)
        return max(self.deepest, self.wrapping + operands)

    def _end_operand(self) -> None:
        self.operands, self.has_more = max(self.operands, self.run + self.inner), True
        self.run = self.inner = self.between = 0


def nests_too_deeply(text: str) -> bool:
    """Tell whether a statement might be deeper than MOST_LEVELS; counts tokens, which is never too few."""
    if len(text) <= _SHORT:
        return False
    try:
        tokens = postgast.scan(text).tokens
    except postgast.PgQueryError:
        return False  # the parser will stop at the same place
    group, outer = _Group(), list[_Group]()
    for token in tokens:
        kind = token.token
        if kind in _LEAF:
            continue
        if kind in _OPEN:
            outer.append(group)
            group = _Group(closing=_OPEN[kind])
        elif kind in _CLOSE:
            if group.closing == kind:  # else the parser will stop there
                group = _left(group, outer)
        else:
            group.take(kind)
    while outer:
        group = _left(group, outer)
    return group.levels() > MOST_LEVELS


def _left(group: _Group, outer: list[_Group]) -> _Group:
    """Go on around a group."""
    around = outer.pop()
    around.run += 1
    around.inner = max(around.inner, group.levels())
    return around
