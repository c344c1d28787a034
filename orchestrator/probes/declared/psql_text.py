r"""Read a file as the program psql does: statements, commands that begin with \, variables.

Only where things begin and end is known here. What a command does, and what a variable stands for, is known
when the file runs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

#: what a name begins and goes on with; to PostgreSQL every character beyond ASCII is a letter
_FIRST: Final = r"[a-zA-Z_\x80-\U0010ffff]"
_NEXT: Final = r"[a-zA-Z0-9_\x80-\U0010ffff]"
# Every repetition is possessive: the time is linear, whatever the text is.
_TOKEN: Final = re.compile(
    rf"""
      (?P<blank> [ \t\n\r\f\v]++ | --[^\n]*+ )
    | (?P<comment> /\* )
    | (?P<escape> [eE]' )
    | (?P<quoted> '[^']*+'? | "[^"]*+"? )
    | (?P<dollar> \$ (?:{_FIRST} {_NEXT}*+)?+ \$ )
    | (?P<word> {_FIRST} (?:{_NEXT} | \$)*+ )
    | (?P<number> [0-9] [0-9a-zA-Z_.]*+ )
    | (?P<cast> :: | := )
    | : (?: (?P<plain>\w++) | '(?P<literal>\w++)' | "(?P<name>\w++)" | \{{\?(?P<known>\w++)\}} )
    | (?P<end> ; )
    | (?P<open> \( )
    | (?P<close> \) )
    | (?P<command> \\ )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE: Final = re.compile(r"/\*|\*/")
_ESCAPED: Final = re.compile(r"(?:[^'\\]|''|\\.)*+'?", re.DOTALL)
#: the name of a command, and everything up to the end of its line or the next command on it
_COMMAND: Final = re.compile(
    r"""(?P<name> ![^\n]*+ | [^\s\\]*+ )
        (?P<rest> (?: '(?:[^'\\\n]|''|\\.)*+'? | "[^"\n]*+"? | [^'"\\\n] )*+ )
        (?:\\\\)?+""",
    re.VERBOSE,
)
#: commands that send what stands before them
SENDING: Final = frozenset({"g", "gx", "gset", "gexec", "gdesc", "crosstabview", "watch", "bind", "parse"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """A place where the value of a variable belongs."""

    name: str
    #: plain, literal, name (an identifier), known (whether there is one)
    form: str
    #: as it stands in the file
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sql:
    """One statement, without the semicolon."""

    parts: tuple[str | Variable, ...]
    #: its words outside of quotes, in capitals, and its quoted names as they stand
    words: tuple[str, ...]
    #: 1-based, of its first word
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A command to psql."""

    name: str
    rest: str
    #: 1-based
    line: int
    #: the statement that it sends
    sends: Sql | None = None


@dataclass(kw_only=True, slots=True)
class _Gathered:
    """What was read of a statement so far."""

    parts: list[str | Variable] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    line: int = 0
    #: open parentheses
    depth: int = 0
    #: open BEGIN and CASE of a body that is written as SQL
    body: int = 0

    @property
    def ends_here(self) -> bool:
        return self.depth <= 0 and not self.body

    def word(self, word: str) -> None:
        """Keep a word, and see whether it opens or closes a part of a body."""
        if word == "ATOMIC" and self.words[-1:] == ["BEGIN"] and self.depth <= 0 and not self.body:
            self.body = 1
        elif self.body and word in ("CASE", "END"):
            self.body += 1 if word == "CASE" else -1
        self.words.append(word)

    def as_sql(self) -> Sql | None:
        """Return the statement; None where only comments were read."""
        if not self.line:
            return None
        return Sql(parts=tuple(self.parts), words=tuple(self.words), line=self.line)


def pieces(text: str) -> Iterator[Sql | Command]:
    """Yield the statements and commands of a file, in order."""
    position, line, gathered = 0, 1, _Gathered()
    while position < len(text):
        token = _TOKEN.match(text, position)
        assert token is not None, "the last alternative matches anything"
        kind = token.lastgroup or "other"
        if kind == "command":
            command = _COMMAND.match(text, token.end())
            assert command is not None, "it matches nothing at all, too"
            sends = gathered.as_sql() if command["name"] in SENDING else None
            yield Command(name=command["name"], rest=command["rest"].strip(), line=line, sends=sends)
            gathered = _Gathered() if command["name"] in SENDING else gathered
            end = command.end()
        elif kind == "end" and gathered.ends_here:
            if sql := gathered.as_sql():
                yield sql
            gathered, end = _Gathered(), token.end()
        else:
            end = _end_of(text, token, kind)
            _gather(gathered, token, kind, text[position:end], line)
        line += text.count("\n", position, end)
        position = end
    if sql := gathered.as_sql():
        yield sql


def _gather(gathered: _Gathered, token: re.Match[str], kind: str, text: str, line: int) -> None:
    if kind in ("plain", "literal", "name", "known"):
        gathered.parts.append(Variable(name=token[kind], form=kind, text=text))
    elif gathered.line or kind not in ("blank", "comment"):
        gathered.parts.append(text)
    if kind not in ("blank", "comment"):
        gathered.line = gathered.line or line
    if kind == "word":
        gathered.word(text.upper())
    elif kind == "quoted" and text.startswith('"'):
        gathered.words.append(text)
    elif kind in ("open", "close"):
        gathered.depth += 1 if kind == "open" else -1


def _end_of(text: str, token: re.Match[str], kind: str) -> int:
    """Return where something ends of which the token is only the beginning."""
    if kind == "comment":
        return _end_of_comment(text, token.start())
    if kind == "escape":
        escaped = _ESCAPED.match(text, token.end())
        return escaped.end() if escaped else token.end()
    if kind == "dollar":
        end = text.find(token["dollar"], token.end())
        return len(text) if end < 0 else end + len(token["dollar"])
    return token.end()


def _end_of_comment(text: str, position: int) -> int:
    depth = 0
    for edge in _COMMENT_EDGE.finditer(text, position):
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return edge.end()
    return len(text)
