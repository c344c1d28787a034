r"""Follow a file as the program psql would: commands are carried out here, statements are handed on.

Commands that only change how psql shows things do nothing. What would run a program, write a file, connect
elsewhere or read outside of the folder of tests is refused by name.
"""

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from orchestrator.domain.declared import Mistake, TestFile
from orchestrator.probes.declared.psql_text import Command, Sql, pieces
from orchestrator.probes.declared.psql_words import Refused, text_of, with_values, words_of

#: so deep may files include files
_DEEPEST: Final = 10
#: all that one file and what it includes may come to
_MOST_STEPS: Final = 20_000
_INCLUDING: Final = frozenset({"i", "include", "ir", "include_relative"})
_BRANCHING: Final = frozenset({"if", "elif", "else", "endif"})
#: they change nothing but what psql shows
_SHOWING: Final = frozenset({
    "a", "C", "conninfo", "errverbose", "f", "H", "h", "help", "p", "print", "pset", "s", "sf", "sv", "t",
    "T", "timing", "x", "z", "?", "restrict", "unrestrict", "l", "du", "dg",
})  # fmt: skip
_TRUTHS: Final = {
    "true": True, "on": True, "yes": True, "1": True, "t": True, "y": True,
    "false": False, "off": False, "no": False, "0": False, "f": False, "n": False,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Send:
    """A statement whose turn it is."""

    text: str
    words: tuple[str, ...]
    file: str
    line: int
    #: its one row becomes variables, whose names begin like this; None: it does not
    into: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Say:
    r"""What the file itself writes between the answers: \echo."""

    text: str
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Branch:
    r"""One open \if."""

    #: what stands here is done
    live: bool
    #: some part of it was live already, or all around it is not
    settled: bool


class Psql:
    """One run of psql over one file."""

    def __init__(self, files: Mapping[str, TestFile], *, folder: str) -> None:
        r"""Include from these files only; `folder` is where psql stands, for \i."""
        self._files = files
        self._folder = folder
        self._steps = 0
        #: as the file set them; whoever sends a statement puts the values of its row here
        self.variables: dict[str, str] = {"ON_ERROR_STOP": "on", "ON_ERROR_ROLLBACK": "off"}
        self._commands: Mapping[str, Callable[[Command, tuple[str, ...]], None]] = {
            "set": self._set,
            "unset": self._unset,
            "encoding": self._encoding,
        }

    def is_on(self, name: str) -> bool:
        """Tell whether a variable that is a switch is on."""
        return _TRUTHS.get(self.variables.get(name, "off").lower(), False)

    def steps(self, file: TestFile, depth: int = 0) -> Iterator[Send | Say]:
        """Yield what a file comes to, in order. Raises Refused."""
        branches: list[_Branch] = []
        for piece in pieces(file.text):
            self._count(piece.line, file)
            try:
                if isinstance(piece, Command) and piece.name in _BRANCHING:
                    self._branch(piece, branches)
                elif all(branch.live for branch in branches):
                    if isinstance(piece, Command) and piece.name in ("q", "quit"):
                        return
                    yield from self._step(piece, file, depth)
            except Refused as refused:
                raise _in_file(refused, file) from None

    def _count(self, line: int, file: TestFile) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            message = f"{file.path} and what it includes hold more than {_MOST_STEPS} statements"
            raise Refused(Mistake(line=line, message=message, file=file.path, remedy="split the file"))

    def _step(self, piece: Sql | Command, file: TestFile, depth: int) -> Iterator[Send | Say]:
        if isinstance(piece, Sql):
            yield self._sent(piece, file)
            return
        words = words_of(piece.rest, self.variables)
        if words is None:
            raise _refused(piece, "runs a program of the shell", "write the value into the file")
        if piece.sends is not None or piece.name == "g":
            yield from self._sending(piece, words, file)
        elif piece.name in ("echo", "qecho"):
            yield Say(text=" ".join(word for word in words if word != "-n"), line=piece.line)
        elif piece.name in _INCLUDING:
            included = self._included(piece, words, file, depth)
            yield from self.steps(included, depth + 1)
        elif piece.name in self._commands:
            self._commands[piece.name](piece, words)
        elif not (piece.name in _SHOWING or piece.name.startswith("d") or piece.name == "warn"):
            raise _refused(piece, "is not carried out here", "say it in SQL, or take it out")

    def _sent(self, sql: Sql, file: TestFile, into: str | None = None) -> Send:
        filled = with_values(sql, self.variables)
        return Send(text=text_of(filled), words=filled.words, file=file.path, line=sql.line, into=into)

    def _sending(self, command: Command, words: tuple[str, ...], file: TestFile) -> Iterator[Send]:
        if command.name not in ("g", "gset", "gx") or (words and command.name != "gset"):
            raise _refused(command, "is not carried out here", "end the statement with a semicolon")
        if command.sends is not None:
            into = ("".join(words[:1])) if command.name == "gset" else None
            yield self._sent(command.sends, file, into)

    def _set(self, command: Command, words: tuple[str, ...]) -> None:
        name, value = (words[0], "".join(words[1:])) if words else ("", "")
        if name == "AUTOCOMMIT" and not _TRUTHS.get(value.lower(), True):
            raise _refused(command, "cannot switch AUTOCOMMIT off", "write BEGIN and ROLLBACK")
        switch = name in ("ON_ERROR_STOP", "ON_ERROR_ROLLBACK") and not value
        if name:
            self.variables[name] = "on" if switch else value

    def _unset(self, command: Command, words: tuple[str, ...]) -> None:
        if not words:
            raise _refused(command, "names no variable", "write its name behind the command")
        self.variables.pop(words[0], None)

    def _encoding(self, command: Command, words: tuple[str, ...]) -> None:
        if words and words[0].upper().replace("-", "") not in ("UTF8", "UNICODE"):
            raise _refused(command, "asks for another encoding", "keep the file in UTF-8")

    def _branch(self, command: Command, branches: list[_Branch]) -> None:
        if command.name == "if":
            around = all(branch.live for branch in branches)
            live = around and self._truth(command)
            branches.append(_Branch(live=live, settled=live or not around))
            return
        if not branches:
            raise _refused(command, "stands without its \\if", "write the \\if before it")
        last = branches.pop()
        if command.name == "elif":
            live = not last.settled and self._truth(command)
            branches.append(_Branch(live=live, settled=last.settled or live))
        elif command.name == "else":
            branches.append(_Branch(live=not last.settled, settled=True))

    def _truth(self, command: Command) -> bool:
        words = words_of(command.rest, self.variables)
        said = _TRUTHS.get(words[0].lower()) if words and len(words) == 1 else None
        if said is None:
            raise _refused(command, "does not say true or false", "write true, false, or a variable of them")
        return said

    def _included(self, command: Command, words: tuple[str, ...], file: TestFile, depth: int) -> TestFile:
        if len(words) != 1:
            raise _refused(command, "names no file", "write one path behind the command")
        if depth >= _DEEPEST:
            raise _refused(
                command, f"is the {_DEEPEST + 1}th file inside a file", "do files include each other?"
            )
        for path in _places(words[0], command.name, file, self._folder):
            if path in self._files:
                return self._files[path]
        what = f"includes {words[0]}, which is not among the SQL files of {self._folder}"
        raise _refused(command, what, f"bring the file into {self._folder}, and name it from there")


def included_by(files: Iterable[TestFile], *, folder: str) -> frozenset[str]:
    """Return the paths of files that some other file includes, as far as the paths are written out."""
    paths = {file.path for file in files}
    found = {
        path
        for file in files
        for piece in pieces(file.text)
        if isinstance(piece, Command) and piece.name in _INCLUDING
        for word in words_of(piece.rest, {}) or ()
        for path in _places(word, piece.name, file, folder)
        if path in paths and path != file.path
    }
    return frozenset(found)


def _places(word: str, command: str, file: TestFile, folder: str) -> tuple[str, ...]:
    r"""Return where a path may lead: \ir begins at the file; \i where psql stands, which we can but guess."""
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), word))
    if command in ("ir", "include_relative"):
        return (beside,)
    return (posixpath.normpath(posixpath.join(folder, word)), posixpath.normpath(word), beside)


def _refused(command: Command, what: str, remedy: str) -> Refused:
    return Refused(Mistake(line=command.line, message=f"\\{command.name} {what}", remedy=remedy))


def _in_file(refused: Refused, file: TestFile) -> Refused:
    """Name the file, where a file inside it did not do so."""
    mistake = refused.mistake
    if mistake.file:
        return refused
    return Refused(Mistake(line=mistake.line, message=mistake.message, remedy=mistake.remedy, file=file.path))
