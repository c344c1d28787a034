"""The words of a function's body: what it mentions, by the lexer. Part of the adapter."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Self

from postgast import pg_query_pb2 as pg

from orchestrator.domain.shape import Name
from orchestrator.validation.grammar.literals import tokens_of
from orchestrator.validation.grammar.nodes import Source

_NO_WORDS: Final = frozenset({pg.SCONST, pg.USCONST, pg.BCONST, pg.XCONST, pg.SQL_COMMENT, pg.C_COMMENT})


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """Every word of a body, with what stands in front of its dot; quoted names without their quotes."""

    #: by word: None, or the word in front of the dot
    plain: dict[str, set[str | None]] = field(default_factory=dict)
    #: the same of words with a parenthesis behind them
    called: dict[str, set[str | None]] = field(default_factory=dict)

    @classmethod
    def of(cls, body: str) -> Self:
        """Read a body; one that cannot be cut into tokens has no words."""
        words = cls()
        source = Source(body)
        before: tuple[str, str] = ("", "")
        last: tuple[str, str | None] | None = None
        for token in tokens_of(body):
            written = "" if token.token in _NO_WORDS else body[source.at(token.start) : source.at(token.end)]
            if written == "(" and last is not None:
                words.called.setdefault(last[0], set()).add(last[1])
            last = None
            if written[:1].isalpha() or written[:1] in {"_", '"'}:
                word = _name(written)
                last = word, before[0] if before[1] == "." else None
                words.plain.setdefault(word, set()).add(last[1])
                written = word
            before = before[1], written
        return words

    def mentions(self, name: Name) -> bool:
        """Tell whether a table, view or type of this name may be meant: without a schema, or with its own."""
        return not self.plain.get(name.name, set()).isdisjoint({None, name.schema})

    def calls(self, name: Name) -> bool:
        """Tell whether a function of this name may be meant."""
        return not self.called.get(name.name, set()).isdisjoint({None, name.schema})

    def holds(self, word: str) -> bool:
        """Tell whether a word occurs, whatever stands in front of it."""
        return word in self.plain


@lru_cache(maxsize=4096)
def words_of(body: str) -> Words:
    """Read a body once, however often it is asked for."""
    return Words.of(body)


@lru_cache(maxsize=4096)
def lowered(body: str) -> str:
    """Write a body in lower case, for a cheap look whether reading it is worth while."""
    return body.lower()


def _name(written: str) -> str:
    return written[1:-1].replace('""', '"') if written.startswith('"') else written.lower()
