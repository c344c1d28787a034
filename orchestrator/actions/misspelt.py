"""What was meant by a name that a rehearsal did not find: the nearest of those that the files make."""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from orchestrator.domain.errors import Failure
from orchestrator.domain.shape import Name
from orchestrator.validation import changes
from orchestrator.validation.assumed import assumed
from orchestrator.validation.changes import Change
from orchestrator.validation.sql_text import Part, SqlText

_NO_COLUMN: Final = "42703"
#: how much alike a name has to be to be meant
_NEAR: Final = 0.75
#: a name at the place that the server points at, with or without its schema; only ever a hint
_NAME: Final = re.compile(r"""(?:(?:"[^"]+"|[\w$]+)\.)*(?:"(?P<quoted>[^"]+)"|(?P<plain>[\w$]+))""")


def meant(failed: Failure, files: Sequence[SqlText]) -> str | None:
    """Return what the files make under a name that is nearly the missing one; None where nothing is."""
    where = _statement(failed, files)
    if where is None:
        return None
    file, part = where
    columns = failed.nouns.get("sqlstate") == _NO_COLUMN
    made = {each.name: each for each in (_columns if columns else _objects)(files)}
    for missing in _missing(failed, file, part, columns=columns):
        near = difflib.get_close_matches(missing, made, n=1, cutoff=_NEAR) if missing not in made else ()
        if near:
            return str(made[near[0]])
    return None


def _statement(failed: Failure, files: Iterable[SqlText]) -> tuple[SqlText, Part] | None:
    """Find the statement that failed."""
    path, line, column = (failed.nouns.get(key) for key in ("file", "line", "column"))
    file = next((each for each in files if each.path == path), None)
    if file is None or not isinstance(line, int) or not isinstance(column, int):
        return None
    before = [part for part in file.parts if file.place(part.offset) <= (line, column)]
    return (file, before[-1]) if before else None


def _missing(failed: Failure, file: SqlText, part: Part, *, columns: bool) -> Iterator[str]:
    """Yield what may be the name that is missing: what the statement needs, and what the server points at."""
    for change in part.parsed.changes:
        for use in assumed(change):
            yield from use.columns if columns else [use.table.name]
    line, column = failed.nouns["line"], failed.nouns["column"]
    assert isinstance(line, int)
    assert isinstance(column, int)
    text = (file.text or "").splitlines()[line - 1]
    found = _NAME.match(text, column - 1)
    if found is not None and (line, column) != file.place(part.offset):
        yield found["quoted"] or found["plain"].lower()


def _objects(files: Iterable[SqlText]) -> Iterator[Name]:
    for change in _changes(files):
        match change:
            case changes.CreateTable(table=name) | changes.CreateView(view=name):
                yield name
            case changes.CreateEnum(type=name) | changes.CreateFunction(name=name):
                yield name
            case changes.CreateObject(name=name):
                yield name
            case _:
                pass


def _columns(files: Iterable[SqlText]) -> Iterator[Name]:
    for change in _changes(files):
        if isinstance(change, changes.CreateTable):
            yield from (Name(change.table.name, each.name) for each in change.columns)
        elif isinstance(change, changes.AddColumn):
            yield Name(change.table.name, change.column.name)


def _changes(files: Iterable[SqlText]) -> Iterator[Change]:
    return (change for file in files for _, change in file.changes)
