"""Which files run alone: outside a transaction, statement by statement. All others are one transaction.

Two kinds do: a file whose only statement PostgreSQL refuses inside a transaction, and a file that says so in
a comment in front of its first statement.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from orchestrator.validation.grammar.comments import comments_in
from orchestrator.validation.grammar.parser import parse
from orchestrator.validation.split import Statement, skip_blank

#: what may run alone: after a crash it can be told what became of it, or it may run twice
STANDS_ALONE: Final = frozenset(
    {
        "CREATE INDEX CONCURRENTLY",
        "DROP INDEX CONCURRENTLY",
        "REINDEX CONCURRENTLY",
        "REINDEX SCHEMA",
        "VACUUM",
        "CLUSTER",
        "DETACH PARTITION CONCURRENTLY",
    }
)
FORM: Final = "-- bascule: transaction=false because REASON"
#: the Supabase CLI's own; it wants the first line to be exactly this
FORM_OF_THE_CLI: Final = "-- pg-delta: transaction=false"

#: without one of these words no statement runs alone, which saves reading it
_WORDS: Final = re.compile(r"concurrently|reindex|vacuum|cluster", re.IGNORECASE)
_OURS: Final = re.compile(r"bascule:? ?transaction\b", re.IGNORECASE)
_OUR_FORM: Final = re.compile(r"bascule: ?transaction ?= ?false(?P<reason> because .+)?", re.IGNORECASE)
_THE_CLIS: Final = re.compile(r"pg-delta:? ?transaction\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """A comment that asks for no transaction."""

    #: where it begins, in characters of the file
    offset: int
    #: why it has no effect; None: it has
    fault: str | None = None


def is_header(comment: str) -> bool:
    """Tell whether a comment, without its signs, asks for no transaction, in whatever form."""
    return bool(_OURS.match(comment) or _THE_CLIS.match(comment))


def headers_of(sql: str, comments: Sequence[tuple[int, str]]) -> Iterator[Header]:
    """Judge the comments of a file: where each begins, and what it says without its signs."""
    first_token = skip_blank(sql, 0)
    for offset, said in comments:
        text = " ".join(said.split())
        if _THE_CLIS.match(text):
            is_exact = offset == 0 and sql.partition("\n")[0].removesuffix("\r") == FORM_OF_THE_CLI
            fault = f"is heeded only where the first line is exactly {FORM_OF_THE_CLI}"
            yield Header(offset=offset, fault=None if is_exact else fault)
        elif _OURS.match(text):
            yield Header(offset=offset, fault=_fault(text, in_front=offset < first_token))


def runs_alone(sql: str, statements: Sequence[Statement]) -> bool:
    """Tell whether a file runs alone; `statements` are those that are more than comments."""
    return _is_asked_for(sql) or (len(statements) == 1 and _stands_alone(statements[0].text))


def _fault(text: str, *, in_front: bool) -> str | None:
    form = _OUR_FORM.fullmatch(text)
    if form is None:
        return f"does not have the form {FORM}"
    if form["reason"] is None:
        return "gives no reason"
    return None if in_front else "stands behind the first statement"


def _is_asked_for(sql: str) -> bool:
    head = sql[: skip_blank(sql, 0)]
    if "transaction" not in head.lower():
        return False
    comments = list(comments_in(head))
    return any(header.fault is None for header in headers_of(sql, comments))


def _stands_alone(text: str) -> bool:
    return _WORDS.search(text) is not None and parse(text).runs_alone in STANDS_ALONE
