"""A column that one statement gives a value twice."""

from collections.abc import Iterator
from itertools import takewhile

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.lint import Mark
from orchestrator.validation.marked import Marked
from orchestrator.validation.rule import Rule


def check(marked: Marked) -> Iterator[Finding]:
    """Report the second mention of a column, and each after it."""
    if marked.seen is None:
        return
    lines = (marked.seen.file.text or "").split("\n")
    name = _name_at(marked.mark, lines)
    earlier = [mark for mark in marked.beside if _place(mark) < _place(marked.mark)]
    if any(mark.name == marked.mark.name and _name_at(mark, lines) == name for mark in earlier):
        yield marked.finding(RULE, f"Column {name} is given a value twice")


def _place(mark: Mark) -> tuple[int, int]:
    return mark.line, mark.column


def _name_at(mark: Mark, lines: list[str]) -> str:
    """Return the name that begins at a mark, as PostgreSQL understands it."""
    text = lines[mark.line - 1][mark.column - 1 :]
    if text.startswith('"'):
        return text[1:].partition('"')[0]
    return "".join(takewhile(lambda character: character.isalnum() or character in "_$", text)).lower()


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="An INSERT, UPDATE or MERGE names a column twice",
    effect="The server refuses it (42601 for an UPDATE, 42701 for an INSERT)",
    remedy="Keep the one that is meant",
    check=check,
    source=Source.SQUAWK,
    marks=("ban-duplicate-column-assignments",),
    may_be_allowed=False,
)
