"""Commands to the program psql, which dumps hold and no server understands."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from orchestrator.validation.split import Statement, skip_blank

#: what pg_dump writes around a dump, so that psql runs no other command in between; SQL is not touched by it
_AROUND_A_DUMP: Final = frozenset({"\\restrict", "\\unrestrict"})


def commands_in_front(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each command begins and ends that stands in front of a statement: a line of its own."""
    start = skip_blank(text, 0)
    while text.startswith("\\", start):
        end = end_of_line(text, start)
        yield start, end
        start = skip_blank(text, end)


def is_around_a_dump(line: str) -> bool:
    r"""Tell whether a line is \restrict or \unrestrict with its key, and nothing else."""
    words = line.split()
    return len(words) == 2 and words[0] in _AROUND_A_DUMP and words[1].isalnum()  # noqa: PLR2004  # word and key


def without_dump_lines(statement: Statement) -> Statement:
    r"""Write blanks over \restrict and \unrestrict in front of it: every other character keeps its place."""
    text = statement.text
    if "restrict " not in text:
        return statement
    for start, end in commands_in_front(text):
        if is_around_a_dump(text[start:end]):
            text = text[:start] + " " * (end - start) + text[end:]
    return replace(statement, text=text)


def end_of_line(text: str, start: int) -> int:
    """Return where the line ends that goes on at `start`."""
    end = text.find("\n", start)
    return len(text) if end < 0 else end
