"""A file as the rules see it."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from orchestrator.validation import changes
from orchestrator.validation.alone import STANDS_ALONE, Header, headers_of
from orchestrator.validation.changes import Change
from orchestrator.validation.expression import Constant
from orchestrator.validation.grammar.comments import comments_in
from orchestrator.validation.grammar.features import may_have_features
from orchestrator.validation.grammar.literals import constants_in
from orchestrator.validation.grammar.parser import Parsed, parse
from orchestrator.validation.psql import commands_in_front, end_of_line, is_around_a_dump
from orchestrator.validation.split import Statement, decode, skip_blank, split_statements


@dataclass(frozen=True, kw_only=True)
class Part:
    """One statement of a file, read."""

    #: where its first token is, past comments and psql commands; 0-based, in characters of the file
    offset: int
    parsed: Parsed
    #: the statement itself, from its first token on
    text: str = ""
    #: where psql commands begin, in characters of the file
    psql_commands: tuple[int, ...] = ()

    @cached_property
    def constants(self) -> tuple[Constant, ...]:
        """Every string constant and comment in it, in the body of a function too; read when first asked."""
        return constants_in(self.text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """A comment and the statement that it is about: around it, behind it, or in front of it on its line."""

    text: str
    #: 0-based, in characters of the file
    offset: int
    #: first and last line of the statement, 1-based
    lines: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class SqlText:
    """One file of a commit. Everything is worked out when a rule first asks for it, and once."""

    path: str
    content: bytes

    @cached_property
    def text(self) -> str | None:
        """The text without byte order mark; None when it cannot be SQL: not UTF-8, or with a NUL in it."""
        try:
            text = decode(self.content)
        except UnicodeDecodeError:
            return None
        return None if "\0" in text else text

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The statements that are more than comments, up to the data of a COPY … FROM STDIN."""
        return tuple(self._read())

    @cached_property
    def changes(self) -> tuple[tuple[Part, Change], ...]:
        """Everything that the file does, in order, with the statement that does it."""
        return tuple((part, change) for part in self.parts for change in part.parsed.changes)

    @cached_property
    def made_or_dropped(self) -> Mapping[str, Sequence[int]]:
        """By bare name: which of the changes make or drop something of it."""
        found: dict[str, list[int]] = {}
        for number, (_, change) in enumerate(self.changes):
            name = _made_or_dropped(change)
            if name is not None:
                found.setdefault(name, []).append(number)
        return found

    @cached_property
    def is_read_in_part(self) -> bool:
        """Tell whether something in it is not followed, so that nobody knows what it does as a whole."""
        return self.text is None or any(self.hides(part) for part in self.parts)

    def hides(self, part: Part) -> bool:
        """Tell whether a statement may do what is not known: a fault, a psql command, data, a savepoint."""
        parsed = part.parsed
        if parsed.fault or parsed.copies_from_stdin or parsed.undoes:
            return True
        if not part.psql_commands:
            return False
        text = self.text or ""
        lines = (text[start : end_of_line(text, start)] for start in part.psql_commands)
        return any(not is_around_a_dump(line) for line in lines)

    def take(self, parts: Sequence[Part]) -> None:
        """Have the statements that another process has read, instead of reading them again."""
        self.__dict__["parts"] = tuple(parts)

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """Every comment of the file."""
        return tuple(self._comments())

    @cached_property
    def headers(self) -> tuple[Header, ...]:
        """Every comment that asks for no transaction, whether it is heeded or not."""
        text = self.text or ""
        if "transaction" not in text.lower():
            return ()
        return tuple(headers_of(text, [(comment.offset, comment.text) for comment in self.comments]))

    @cached_property
    def runs_alone(self) -> bool:
        """Tell whether it runs outside a transaction, statement by statement."""
        if any(header.fault is None for header in self.headers):
            return True
        return len(self.parts) == 1 and self.parts[0].parsed.runs_alone in STANDS_ALONE

    def place(self, offset: int) -> tuple[int, int]:
        """Turn an offset in characters into line and column, both 1-based."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(newline.end() for newline in re.finditer("\n", self.text or ""))]

    def _comments(self) -> Iterator[Comment]:
        before: tuple[int, int] | None = None
        for statement in split_statements(self.text or ""):
            end = statement.offset + len(statement.text)
            lines = (statement.line, self.place(end)[0])
            for offset, text in comments_in(statement.text):
                line = self.place(statement.offset + offset)[0]
                behind = before is not None and before[1] == line
                yield Comment(
                    text=text, offset=statement.offset + offset, lines=before if behind and before else lines
                )
            before = lines

    def _read(self) -> Iterator[Part]:
        may_be_new = may_have_features(self.text or "")
        for statement in split_statements(self.text or ""):
            part = _part(statement, may_be_new=may_be_new)
            if part is None:
                continue
            yield part
            if part.parsed.copies_from_stdin:
                return  # what follows is data; judging it as SQL would only mislead


def _made_or_dropped(change: Change) -> str | None:
    match change:
        case changes.CreateTable(table=name) | changes.CreateView(view=name) | changes.CreateEnum(type=name):
            return name.name
        case changes.CreateFunction(name=name) | changes.CreateObject(name=name) | changes.Drop(name=name):
            return name.name
        case _:
            return None


def _part(statement: Statement, *, may_be_new: bool) -> Part | None:
    """Read one statement; None when it is nothing but comments."""
    text = statement.text
    lines = list(commands_in_front(text))
    commands = [statement.offset + start for start, _ in lines]
    start = skip_blank(text, lines[-1][1] if lines else 0)
    if start == len(text) and not commands:
        return None
    parsed = parse(text[start:], may_be_new=may_be_new)
    if parsed.fault and text.startswith("\\", start + parsed.fault.offset):
        commands.append(statement.offset + start + parsed.fault.offset)  # as in `select 1 \gexec`
        parsed = Parsed()
    return Part(
        offset=statement.offset + start, text=text[start:], parsed=parsed, psql_commands=tuple(commands)
    )
