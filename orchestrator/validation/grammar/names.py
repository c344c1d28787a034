"""Find the names in a statement as they are written: the tree has them cut to what PostgreSQL keeps."""

from collections.abc import Iterator
from typing import Final

import postgast
from postgast import pg_query_pb2 as pg

from orchestrator.validation.grammar.nodes import Source

#: bytes of a name that PostgreSQL keeps
LONGEST: Final = 63


def long_names(text: str) -> Iterator[tuple[int, str]]:
    """Yield place and wording of each name that is longer; none where nothing can be read."""
    if len(text.encode()) <= LONGEST:
        return
    try:
        tokens = postgast.scan(text).tokens
    except postgast.PgQueryError:
        return
    source = Source(text)
    for token in tokens:
        if token.token == pg.IDENT and token.end - token.start > LONGEST:
            start = source.at(token.start)
            name = _read(text[start : source.at(token.end)])
            if len(name.encode()) > LONGEST:
                yield start, name


def _read(written: str) -> str:
    """Take off the quotes; without them PostgreSQL reads small letters."""
    if written.startswith('"'):
        return written[1:-1].replace('""', '"')
    return "".join(letter.lower() if letter.isascii() else letter for letter in written)
