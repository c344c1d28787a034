"""Refuse before anything is sent what would end our transaction or leave the connection hanging.

Validation says so much earlier and better; this holds even where a rule was switched off.
"""

import re

from orchestrator.adapters.postgres.target.failure import Attempt, not_sendable
from orchestrator.domain.errors import TargetError
from orchestrator.validation.script import Script, read_script
from orchestrator.validation.split import Statement, skip_blank

_WORD = re.compile(r"[A-Za-z]+")
_ENDS_TRANSACTION = frozenset({"begin", "start", "commit", "end", "abort", "rollback"})
_CLIENT_COPY = re.compile(r"\b(?:from\s+stdin|to\s+stdout)\b", re.IGNORECASE)


def read_sendable(attempt: Attempt, sql: str) -> Script:
    """Split a file into what is sent and what is recorded. Raises TargetError for what cannot be sent."""
    script = read_script(sql)
    for statement in script.statements:
        refusal = _refusal(attempt, statement)
        if refusal is not None:
            raise refusal
    return script


def _refusal(attempt: Attempt, statement: Statement) -> TargetError | None:
    text = statement.text
    words = first_words(text)
    if text.startswith("\\", skip_blank(text, 0)):
        return not_sendable(
            attempt, statement, "psql-command", "a psql command is no SQL", "write the SQL that it stands for"
        )
    if "\0" in text:
        return not_sendable(attempt, statement, "nul-character", "a NUL character", "take it out")
    if words[:1] == ("copy",) and _CLIENT_COPY.search(text):
        return not_sendable(
            attempt, statement, "copy-from-client", "COPY from or to the client", "write INSERT statements"
        )
    if _controls_transaction(words):
        return not_sendable(
            attempt,
            statement,
            "transaction-control",
            f"{words[0].upper()} would end the transaction that keeps schema and history together",
            "take BEGIN, COMMIT and ROLLBACK out of the file; it runs in one transaction anyway",
        )
    return None


def _controls_transaction(words: tuple[str, ...]) -> bool:
    """Judge by the first words and not by a grammar, which may be older or newer than the server's."""
    match words:
        case ("prepare", "transaction", *_):
            return True
        case ("rollback", *rest):
            return "to" not in rest
        case (first, *_):
            return first in _ENDS_TRANSACTION
    return False


def first_words(text: str) -> tuple[str, ...]:
    """Return up to three words that a statement begins with, in lower case."""
    words: list[str] = []
    position = 0
    while len(words) < 3 and (word := _WORD.match(text, skip_blank(text, position))):  # noqa: PLR2004
        words.append(word[0].lower())
        position = word.end()
    return tuple(words)
