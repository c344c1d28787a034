"""Split a file into statements exactly as the Supabase CLI records them in the history.

This is no parser: it only knows where a statement ends. What a statement means is asked of parser.py.

Two things are kept whole where the CLI 3.1.0 would cut a statement into pieces that no server accepts, so
that no row of its own could differ: each parenthesis is closed by one of its own, and a dollar quote never
closes with a sign of its own opening.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_SPACE = " \t\n\r\f\v"
#: what continues a word; PostgreSQL counts every character beyond ASCII
_WORD = r"[^\x00-#%-/:-@\[-^`{-\x7f]"
#: the same but for $; a class of its own, for Python before 3.11.5 goes wrong on a possessive group
_TAG = r"[^\x00-/:-@\[-^`{-\x7f]"
#: what the CLI trims from the ends of a statement
_TRIMMED: Final = (
    _SPACE + "\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
)

# Every repetition is possessive: nothing is read twice, so the time is linear whatever the text is.
_STEP = re.compile(
    rf"""
    [^-'"/\\;()$bB]*+
    (?: (?P<end>;)
      | (?P<open>\()
      | (?P<close>\))
      | (?<=[eE])(?<!{_WORD}[eE]) (?P<escape>')
      | ' [^']*+ '?
      | " [^"]*+ "?
      | -- [^\n\r]*+
      | /(?P<comment>\*)
      | (?<!{_WORD}) (?P<dollar>\$ {_TAG}*+ \$)
      | (?<!{_WORD}) (?P<body>[bB][eE][gG][iI][nN] [{_SPACE}]++ [aA][tT][oO][mM][iI][cC])
      | \\? .
      | \\? \Z
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_BLANK = re.compile(rf"(?:[{_SPACE}]++|--[^\n\r]*+)*+")
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_ESCAPE_STRING = re.compile(r"'[^'\\]*+(?:(?:''|\\.)[^'\\]*+)*+(?:'|\\?\Z)", re.DOTALL)
_END_OF_BODY = re.compile(rf"(?<!{_WORD})end(?!{_WORD})", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One statement, with the comments that precede it and without the semicolon."""

    text: str
    #: 1-based, where `text` begins in the file
    line: int
    #: 1-based, in characters
    column: int
    #: 0-based, in characters
    offset: int


def decode(content: bytes) -> str:
    """Read a file's bytes as the CLI does: UTF-8, a byte order mark is dropped, line ends are kept.

    Raises UnicodeDecodeError: the file is not UTF-8 (the rule file-encoding says so with the line).
    """
    return content.decode("utf-8-sig")


def split_statements(sql: str) -> tuple[Statement, ...]:
    """Return the statements in order; a file of comments is one statement, an empty file has none."""
    return tuple(_statements(sql))


def is_blank(sql: str) -> bool:
    """Tell whether there is nothing but comments and white space."""
    return skip_blank(sql, 0) == len(sql)


def skip_blank(sql: str, position: int) -> int:
    """Return where the first token at or after `position` begins; the length of the text if there is none."""
    while True:
        blank = _BLANK.match(sql, position)
        position = blank.end() if blank else position
        if not sql.startswith("/*", position):
            return position
        position = _end_of_comment(sql, position)


def _statements(sql: str) -> Iterator[Statement]:
    seen, line, line_start, start = 0, 1, 0, 0
    for end in _ends(sql):
        piece = sql[start:end].rstrip(";")
        text = piece.strip(_TRIMMED)
        if text:
            offset = start + len(piece) - len(piece.lstrip(_TRIMMED))
            line += sql.count("\n", seen, offset)
            line_start = max(line_start, sql.rfind("\n", seen, offset) + 1)
            seen = offset
            yield Statement(text=text, line=line, column=offset - line_start + 1, offset=offset)
        start = end


def _ends(sql: str) -> Iterator[int]:
    """Yield the position after each semicolon that ends a statement, and the end of the text."""
    position, depth, in_body = 0, 0, False
    while position < len(sql):
        step = _STEP.match(sql, position)
        assert step is not None, "the last alternatives match anything"
        position = step.end()
        match step.lastgroup:
            case "open":
                depth += 1
            case "close":
                depth = max(0, depth - 1)
            case "comment":
                position = _end_of_comment(sql, position - 2)
            case "escape":
                position = _end_of_escape_string(sql, position - 1)
            case "dollar":
                position = _end_of_dollar_quote(sql, step["dollar"], position)
            case "body" | "end" if in_body or step.lastgroup == "body":
                after = _end_of_body(sql, position)
                in_body, position = after is None, after or position
            case "end" if depth == 0:
                yield position
    yield len(sql)


def _end_of_comment(sql: str, position: int) -> int:
    depth = 0
    for edge in _COMMENT_EDGE.finditer(sql, position):
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return edge.end()
    return len(sql)


def _end_of_dollar_quote(sql: str, tag: str, position: int) -> int:
    end = sql.find(tag, position)
    return len(sql) if end < 0 else end + len(tag)


def _end_of_escape_string(sql: str, position: int) -> int:
    """Find the end of E'…'; after a line end the string goes on, and only there."""
    while string := _ESCAPE_STRING.match(sql, position):
        blank = _BLANK.match(sql, string.end())
        position = blank.end() if blank else string.end()
        if not ({"\n", "\r"} & set(sql[string.end() : position])):
            return string.end()
    return position


def _end_of_body(sql: str, position: int) -> int | None:
    """Find the END that is the first word of a statement in a body (the END of a CASE never is)."""
    end = _END_OF_BODY.match(sql, skip_blank(sql, position))
    return end.end() if end else None
