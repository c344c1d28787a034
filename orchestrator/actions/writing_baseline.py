"""Writes down what a live target has, for a checkout that holds none of it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from orchestrator.actions.baseline import BASELINE
from orchestrator.actions.on_disk import shown
from orchestrator.actions.writing import home_of
from orchestrator.catalog import facts
from orchestrator.domain.baseline import WrittenBaseline
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.facts import Change
from orchestrator.domain.identity import subject
from orchestrator.domain.rehearsal import CannotCopy
from orchestrator.ports import Baselines, Targets

#: how many of what is not in it the file names
_TOLD: Final = 100
#: like any other file of a checkout
_MODE: Final = 0o644


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A file that was written."""

    path: Path
    baseline: WrittenBaseline
    #: what the target has and the file does not make, a line each
    without: tuple[str, ...]


def place_of(named: Path | None) -> Path:
    """Return where the baseline will be written. Raises ConfigurationError: something is there already."""
    path = named if named is not None else home_of(None) / BASELINE
    if os.path.lexists(path):
        raise _not_written(path, "there is a file already", "remove it first, or name another one")
    return path


def write_baseline(target: str, path: Path, *, targets: Targets, baselines: Baselines) -> Written:
    """Write what people have in a target, without any row, into a new file.

    Raises ConfigurationError where it cannot be written or the target not be dumped; nothing is written then.
    """
    with targets.reading(target) as reader, reader.asking() as database:
        found = facts.read(database)
    try:
        baseline = baselines.baseline_of(target, found)
    except CannotCopy as why:
        raise ConfigurationError(
            f"target {target}: no baseline can be written: {why}",
            code="cannot-dump",
            remedy="bring pg_dump of that version onto this machine, or adopt without --write-baseline and "
            f"put the schema there by other means: supabase db dump --file {shown(path)}",
            target=target,
        ) from why
    without = tuple(_without(baseline))
    _write_new(path, "\n".join([*_head(target, baseline, without), "", baseline.sql]))
    return Written(path=path, baseline=baseline, without=without)


def _head(target: str, baseline: WrittenBaseline, without: tuple[str, ...]) -> Iterator[str]:
    yield f"-- What {_line(target)} had before its first migration in git; no rows."
    yield f"-- Written by `bascule adopt --write-baseline` from PostgreSQL {baseline.target_major}."
    yield "-- `bascule check` and `bascule rehearse` carry it out first, as the role postgres."
    yield "-- It is no migration: the target never runs it."
    if not without:
        return
    yield "--"
    yield "-- Not in it:"
    yield from (f"--   {each}" for each in without[:_TOLD])
    if len(without) > _TOLD:
        yield f"--   and {len(without) - _TOLD} more"


def _without(baseline: WrittenBaseline) -> Iterator[str]:
    for words in baseline.secret:
        yield f"{_line(words)}: a secret seems to stand in it"
    for change in baseline.lacking:
        yield _line(f"{subject(change.kind, change.identity)}{_how(change)}")
    if baseline.platform:
        yield f"{baseline.platform} differences in what the platform looks after"


def _how(change: Change) -> str:
    if change.before is None:
        return ": the target does not have it, a new project does"
    return "" if change.after is None else ": not made the same"


def _line(text: str) -> str:
    """Write something on one line: a name may hold anything, and nothing may end the comment."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet, all of it or nothing."""
    try:
        number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(number, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                os.fchmod(file.fileno(), _MODE)
            os.link(name, path)  # unlike a renaming, never over another file
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()
    except FileExistsError as error:
        raise _not_written(path, "there is a file already", "remove it first, or name another one") from error
    except OSError as error:
        remedy = f"make the folder, make room, or give yourself the right to write in {shown(path.parent)}"
        raise _not_written(path, str(error.strerror), remedy) from error


def _not_written(path: Path, why: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(
        f"{shown(path)} cannot be written: {why}; nothing was written",
        code="file-not-written",
        remedy=remedy,
        path=shown(path),
    )
