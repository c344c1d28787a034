"""Puts a new migration into a checkout: finds the folder, chooses a version, writes all files or none."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from orchestrator.authoring.draft import Draft, draft
from orchestrator.authoring.template import Template
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.migration import MIGRATION_NAME
from orchestrator.domain.shape import Shape
from orchestrator.validation.rename import LENGTH, moment_of, version_after
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.world.effects import carry_out
from orchestrator.validation.world.world import World

#: the folder that the Supabase CLI makes in a checkout
_USUAL: Final = "supabase"
_MIGRATIONS: Final = "migrations"
#: what a version that is shorter than a timestamp is completed with
_MIDNIGHT: Final = "00000101000000"


def write_new(
    description: str, template: Template, given: Mapping[str, str], *, folder: Path | None, now: datetime
) -> tuple[Draft, tuple[Path, ...]]:
    """Write migration, rollback and test; return them with their paths.

    `folder` holds migrations/, or is its parent; by default ./supabase. `now` is in UTC. Raises
    ConfigurationError, and then nothing was left behind.
    """
    home = home_of(folder)
    existing = _migrations_in(home)
    written = draft(
        description,
        template,
        given,
        version=version_for((version for version, _ in existing), now),
        today=now.date(),
        earlier=shape_after(_text(path) for _, path in existing),
    )
    files = {home / path: text for path, text in written.files.items()}
    write_all(files)
    return written, tuple(files)


def home_of(folder: Path | None) -> Path:
    """Return the folder that holds migrations/, or will. Raises ConfigurationError."""
    try:
        home = _home_of(folder)
    except OSError as error:
        raise _no_home(f"{folder} cannot be read: {error.strerror}") from error
    if home:
        return home
    if folder is None:
        raise _no_home(f"there is no folder {_USUAL}/ here")
    raise _no_home(f"{folder} has no folder {_MIGRATIONS}/" if folder.is_dir() else f"{folder} is no folder")


def version_for(existing: Iterable[str], now: datetime) -> str:
    """Return this moment as a version, or a later one: after every existing one as text."""
    version, newest = now.strftime("%Y%m%d%H%M%S"), max(existing, default="")
    if version > newest:
        return version
    completed = newest + _MIDNIGHT[len(newest) :]
    return completed if len(newest) < LENGTH and moment_of(completed) else version_after(newest)


def shape_after(migrations: Iterable[SqlText]) -> Shape:
    """Carry migrations out on paper, in their order; return the schemas and functions that they leave."""
    world = World()
    for file in migrations:
        world.begin_file()
        for part in file.parts:
            for change in part.parsed.changes:
                carry_out(change, world)
    return Shape(schemas=frozenset(world.schemas), functions=world.functions)


def write_all(files: Mapping[Path, str]) -> None:
    """Write files that are not there yet; when one cannot be written, none is left, nor a folder for it.

    Raises ConfigurationError, which names the one.
    """
    with ExitStack() as undo:
        for path, text in files.items():
            try:
                _make_folders(path.parent, undo)
                _write(path, text, undo)
            except OSError as error:
                raise _not_written(path, error) from error
        undo.pop_all()


def _home_of(folder: Path | None) -> Path | None:
    if folder is None:
        return Path(_USUAL) if Path(_USUAL).is_dir() else None
    below = folder / _USUAL
    if (below / _MIGRATIONS).is_dir():
        return below
    if (folder / _MIGRATIONS).is_dir():
        return folder
    if below.is_dir():
        return below
    name = folder.resolve().name if folder.is_dir() else ""
    if name == _MIGRATIONS:
        return folder / ".." if folder.name != name else folder.parent
    return folder if name == _USUAL else None


def _make_folders(folder: Path, undo: ExitStack) -> None:
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir()
        undo.callback(_remove_if_empty, missing)


def _write(path: Path, text: str, undo: ExitStack) -> None:
    with path.open("x", encoding="utf-8", newline="\n") as file:
        undo.callback(path.unlink)
        file.write(text)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):  # somebody else has put something there
        folder.rmdir()


def _migrations_in(home: Path) -> list[tuple[str, Path]]:
    """Return versions and files in their order; what the Supabase CLI skips is left out."""
    folder = home / _MIGRATIONS
    try:
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    except OSError as error:
        raise _no_home(f"{folder} cannot be read: {error.strerror}") from error
    matches = filter(None, map(MIGRATION_NAME.fullmatch, names))
    return sorted((match[1], folder / match[0]) for match in matches)


def _text(path: Path) -> SqlText:
    """Take a file as far as it can be read: what cannot is a finding of `validate`."""
    try:
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
    except OSError:
        content = b""
    return SqlText(path=str(path), content=content)


def _no_home(why: str) -> ConfigurationError:
    return ConfigurationError(
        why,
        code="no-migrations-folder",
        remedy=f"make it: mkdir -p {_USUAL}/{_MIGRATIONS}; or name the folder above migrations/ with --in",
    )


def _not_written(path: Path, error: OSError) -> ConfigurationError:
    if isinstance(error, FileExistsError):
        remedy = "describe the change in other words: the files bear them in their names"
    else:
        remedy = f"make room, or give yourself the right to write in {path.parent}"
    return ConfigurationError(
        f"{path} cannot be written: {error.strerror}; nothing was written",
        code="file-not-written",
        remedy=remedy,
        path=str(path),
    )
