"""The port `Linter`, kept by squawk."""

import time
from collections.abc import Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Final

from orchestrator.adapters.squawk.answer import Spot
from orchestrator.adapters.squawk.places import places
from orchestrator.adapters.squawk.reading import read
from orchestrator.adapters.squawk.sent import sendable, without_statements
from orchestrator.domain.lint import Mark

_SYNTAX_ERROR: Final = "syntax-error"
#: how often a file is read at most, each time without what was unreadable before
_READINGS: Final = 3


class Squawk:
    """Runs squawk. Its process sees the text of the files, our rules, and nothing else of this machine's."""

    def __init__(
        self, rules: Sequence[str], program: Path | None = None, *, timeout_seconds: float = 30.0
    ) -> None:
        """Keep the rules to look for, by squawk's own names; all others are off.

        Without a program, the one that was installed with Bascule is taken.
        """
        self._rules = frozenset(rules)
        self._program = program
        self._timeout_seconds = timeout_seconds

    def lint(self, files: Mapping[str, str], *, server_major: int | None = None) -> tuple[Mark, ...]:
        """Read files (text by path) and return marks, in the order of the files and of the places in them.

        Syntax is not judged here. But one statement that squawk cannot read keeps it from judging its whole
        file, so such a file is read again without it. Raises Unavailable: squawk-missing, squawk-failed.
        """
        if not self._rules:
            return ()
        end = time.monotonic() + self._timeout_seconds
        marks: dict[str, list[Mark]] = {path: [] for path in files}
        texts = {path: sendable(text) for path, text in files.items()}
        for _ in range(_READINGS):
            seen = read(texts, program=self._program, rules=self._rules, server_major=server_major, end=end)
            for path, spots in seen.items():
                marks[path] = self._marks(path, texts[path], spots)
            texts = {path: _readable(texts[path], spots) for path, spots in seen.items() if _unread(spots)}
        return tuple(mark for of_file in marks.values() for mark in of_file)

    def _marks(self, path: str, text: str, spots: Sequence[Spot]) -> list[Mark]:
        asked = [spot for spot in spots if spot.rule in self._rules]
        found = places(text, (spot.place for spot in asked))
        marks = (
            Mark(
                name=spot.rule,
                path=path,
                line=found[spot.place].line,
                column=found[spot.place].column,
                message=spot.message,
            )
            for spot in asked
        )
        return sorted(marks, key=attrgetter("line", "column", "name"))


def _unread(spots: Sequence[Spot]) -> list[Spot]:
    return [spot for spot in spots if spot.rule == _SYNTAX_ERROR]


def _readable(text: str, spots: Sequence[Spot]) -> str:
    found = places(text, (spot.place for spot in _unread(spots)))
    return without_statements(text, {place.offset for place in found.values()})
