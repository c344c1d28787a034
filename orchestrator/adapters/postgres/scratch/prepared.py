"""Questions that a play asks again and again: the server reads and plans each of them once.

The catalog's questions are long, and to plan one takes longer than to answer it for the few objects that a
migration touches.
"""

import itertools
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

import psycopg

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.target.read import OpenDatabase

_SQL = queries.load("sql/scratch/prepared.sql")

#: what can be prepared, after comments
_QUESTION: Final = re.compile(r"(?:\s|--[^\n]*\n)*(?:select|with)\b", re.IGNORECASE)
_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)s|%%")


class Prepared:
    """What one session keeps prepared for us, and what else is prepared in it."""

    def __init__(self) -> None:
        """Keep nothing yet; the names are such as no migration has by chance."""
        self._prefix = f"bascule_{secrets.token_hex(8)}_"
        self._numbers = itertools.count()
        #: by what they say
        self._names: dict[str, str] = {}
        self._asked: set[str] = set()
        self._strangers: tuple[str, ...] = ()

    @property
    def strangers(self) -> tuple[str, ...]:
        """Names of what is not ours, as of the last look."""
        return self._strangers

    def look(self, database: OpenDatabase) -> None:
        """See what is there: a migration may have prepared something, or made the session forget ours.

        Raises TargetError, Unavailable.
        """
        found = {name for (name,) in database.rows(_SQL["names"])}
        self._names = {text: name for text, name in self._names.items() if name in found}
        self._strangers = tuple(sorted(found.difference(self._names.values())))

    def statements(self, text: str, values: Sequence[int | Sequence[int]]) -> tuple[str, ...]:
        """Return what carries out a text with $1, $2 …, one after the other: the last one does it."""
        written = ", ".join(map(_written, values))
        if text in self._names:
            return (f"execute {self._names[text]}{_in_parentheses(written)}",)
        name = self._names[text] = f"{self._prefix}{next(self._numbers)}"
        return f"prepare {name} as {text}", f"execute {name}{_in_parentheses(written)}"

    def question(self, sql: str, parameters: Mapping[str, Any] | None) -> tuple[str, ...]:
        """Return the same for a question with `%(name)s` that was asked before; (): ask it as it is.

        What it is told has to be lists of numbers.
        """
        told = parameters or {}
        names = list(dict.fromkeys(filter(None, _PLACEHOLDER.findall(sql))))
        if not _QUESTION.match(sql) or not all(_is_numbers(told.get(name)) for name in names):
            return ()
        if sql not in self._asked:
            self._asked.add(sql)
            return ()
        if parameters is None:  # then a percent sign is one
            return self.statements(sql, ())
        text = _PLACEHOLDER.sub(lambda at: f"${names.index(at[1]) + 1}" if at[1] else "%", sql)
        return self.statements(text, [told[name] for name in names])


class PreparedDatabase(OpenDatabase):
    """Something to ask, in a session that keeps questions."""

    def __init__(self, connection: psycopg.Connection, target: str, prepared: Prepared) -> None:
        """Ask on this connection; the name is for messages."""
        super().__init__(connection, target)
        self._prepared = prepared

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement, `%(name)s` for parameters. Raises TargetError, Unavailable."""
        *ahead, last = self._prepared.question(sql, parameters) or (None,)
        if last is None:
            return super().rows(sql, parameters)
        for statement in ahead:
            super().rows(statement)
        return super().rows(last)


def _is_numbers(value: object) -> bool:
    return isinstance(value, list) and all(type(each) is int for each in value)


def _written(value: int | Sequence[int]) -> str:
    return str(value) if isinstance(value, int) else f"'{{{','.join(map(str, value))}}}'"


def _in_parentheses(written: str) -> str:
    return f" ({written})" if written else ""
