r"""The words that stand behind a command to psql, and what a variable puts into a statement."""

import re
from collections.abc import Mapping
from typing import Final

from orchestrator.domain.declared import Mistake
from orchestrator.probes.declared.psql_text import Sql, Variable, pieces

_WORD: Final = re.compile(
    r"""
      (?P<blank> \s++ )
    | ' (?P<quoted> (?:[^'\\]|''|\\.)*+ ) '?
    | " (?P<named> [^"]*+ ) "?
    | `(?P<program> [^`]*+ ) `?
    | : (?: (?P<plain>\w++) | '(?P<literal>\w++)' | "(?P<name>\w++)" | \{\?(?P<known>\w++)\} )
    | (?P<other> [^\s'"`:]++ | : )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED: Final = re.compile(r"''|\\(.)", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class Refused(Exception):
    """The file wants something that is not done here; the mistake says what and where."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.message)
        self.mistake = mistake


def words_of(rest: str, variables: Mapping[str, str]) -> tuple[str, ...] | None:
    """Split what stands behind a command; None when one of its words is a program to run."""
    words: list[str] = []
    goes_on = False
    for part in _WORD.finditer(rest):
        kind = part.lastgroup or "other"
        if kind == "program":
            return None
        if kind == "blank":
            goes_on = False
            continue
        text = _value_of(part, kind, variables)
        words[len(words) - goes_on :] = [words[-1] + text if goes_on else text]
        goes_on = True
    return tuple(words)


def _value_of(part: re.Match[str], kind: str, variables: Mapping[str, str]) -> str:
    if kind == "quoted":
        return _ESCAPED.sub(_unescaped, part["quoted"])
    if kind in ("plain", "literal", "name", "known"):
        return _filled(Variable(name=part[kind], form=kind, text=part[0]), variables)
    return part[kind]


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[1], found[1]) if found[1] else "'"


def with_values(sql: Sql, variables: Mapping[str, str]) -> Sql:
    """Put the variables' values into a statement. Raises Refused when that makes it something else."""
    if not any(isinstance(part, Variable) for part in sql.parts):
        return sql
    text = "".join(_filled(part, variables) if isinstance(part, Variable) else part for part in sql.parts)
    read = [each for each in pieces(text) if isinstance(each, Sql)]
    if len(read) != 1 or text_of(read[0]) != text.strip():
        message = "a variable brings a semicolon, a quote or a command into this statement"
        raise Refused(Mistake(line=sql.line, message=message, remedy="write it out in the file"))
    return Sql(parts=(text,), words=read[0].words, line=sql.line)


def text_of(sql: Sql) -> str:
    """Return a statement as it stands in the file."""
    return "".join(part.text if isinstance(part, Variable) else part for part in sql.parts).strip()


def _filled(variable: Variable, variables: Mapping[str, str]) -> str:
    """Return what psql writes in the place of a variable; one that was never set stays as it stands."""
    if variable.form == "known":
        return "TRUE" if variable.name in variables else "FALSE"
    value = variables.get(variable.name)
    if value is None:
        return variable.text
    if variable.form == "literal":
        quoted = value.replace("'", "''")
        return " E'{}'".format(quoted.replace("\\", "\\\\")) if "\\" in quoted else f"'{quoted}'"
    return '"{}"'.format(value.replace('"', '""')) if variable.form == "name" else value
