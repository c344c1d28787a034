"""Choose what is judged out of what a person points at: files, folders, or standard input.

A folder is judged as a whole. A file is judged alone: its elder siblings only tell what is there before it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from orchestrator.actions.on_disk import (
    is_folder,
    names_in,
    no_migrations,
    odd_names_in,
    read,
    shown,
    what_is_no_file,
    what_is_no_folder,
)
from orchestrator.actions.tests_on_disk import tests_in
from orchestrator.domain.declared import TestFile
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.finding import Finding
from orchestrator.domain.migration import MIGRATION_NAME, SqlFile, checksum
from orchestrator.domain.plan import Tree
from orchestrator.stages.plan import pair
from orchestrator.validation.sql_text import SqlText

#: the word for standard input, and how it is called in findings
STDIN: Final = "-"
_STDIN_PATH: Final = "<stdin>"

_USUAL: Final = "supabase"
_MIGRATIONS: Final = "migrations"
_TESTS: Final = "tests"
#: where rollbacks are found, beside or below the migrations
_ROLLBACKS: Final = frozenset({"rollbacks", "rollback"})


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Files that are judged together, with what lies around them."""

    #: the folder that holds migrations/ and config.toml; None: there is none
    home: Path | None = None
    #: judged, in the order in which they would be applied
    files: tuple[SqlText, ...] = ()
    #: siblings that come before the last of them, in the same order
    earlier: tuple[SqlText, ...] = ()
    #: judged by whether they could run
    rollbacks: tuple[SqlText, ...] = ()
    #: judged by their names
    tree: Tree
    #: whether this is all that the folder holds
    whole: bool = False
    #: what the project declares as tests, all of its folder, with that folder
    tests: tuple[TestFile, ...] = ()
    tests_folder: str = "supabase/tests"
    #: what stands where files should be and was not read
    findings: tuple[Finding, ...] = ()

    def contents(self, sha256s: Iterable[str]) -> Mapping[str, bytes]:
        """Return the contents of judged files by their checksums."""
        return {sha256: self._contents[sha256] for sha256 in sha256s}

    @cached_property
    def _contents(self) -> Mapping[str, bytes]:
        return {checksum(file.content): file.content for file in (*self.files, *self.rollbacks)}


def choose(words: Sequence[str], *, standard_input: Callable[[], bytes]) -> tuple[Chosen, ...]:
    """Find and read what the words name; without any, the migrations of the current directory.

    Raises ConfigurationError, which names what cannot be read or what holds no migrations.
    """
    if not words:
        return (_below(Path(), _usual()),)
    paths = [Path(word) for word in dict.fromkeys(words) if word != STDIN]
    folders = [path for path in paths if is_folder(path)]
    files = [path for path in paths if path not in folders]
    chosen = [*map(_any_folder, folders), *_by_folder(files)]
    if STDIN in words:
        chosen.append(_alone([SqlText(path=_STDIN_PATH, content=standard_input())]))
    return tuple(chosen)


def choose_folder(word: str | None) -> Chosen:
    """Find and read a folder's migrations, all of them. Raises ConfigurationError, also for a single file."""
    if word is not None and (word == STDIN or not is_folder(Path(word))):
        raise no_migrations(f"{word} is no folder")
    (chosen,) = choose([word] if word is not None else [], standard_input=bytes)
    return chosen


def _usual() -> Path:
    for home in (Path(_USUAL), Path()):
        if (home / _MIGRATIONS).is_dir():
            return home / _MIGRATIONS
    raise no_migrations(f"there is neither {_USUAL}/{_MIGRATIONS}/ nor {_MIGRATIONS}/ here")


def _any_folder(folder: Path) -> Chosen:
    if _name(folder) in _ROLLBACKS:
        return _rollbacks_only([folder / name for name in names_in(folder)])
    for inside in (folder / _USUAL / _MIGRATIONS, folder / _MIGRATIONS):
        if inside.is_dir():
            return _below(folder, inside)
    if _name(folder) != _MIGRATIONS and not _any_names_in(folder):
        raise no_migrations(f"{shown(folder)} holds neither {_MIGRATIONS}/ nor *.sql files")
    return _whole(folder)


def _below(folder: Path, migrations: Path) -> Chosen:
    """Choose the migrations below a folder, unless a link leads to them."""
    on_the_way = (migrations.parent, migrations) if migrations.parent != folder else (migrations,)
    links = _found(what_is_no_folder, on_the_way)
    return Chosen(tree=_tree((), ()), findings=links) if links else _whole(migrations)


def _whole(folder: Path) -> Chosen:
    """Choose all migrations of a folder, and all rollbacks around it."""
    names = _any_names_in(folder)
    if not names:
        raise no_migrations(f"{shown(folder)} holds no *.sql file")
    around = _rollbacks_around(folder)
    unread = _found(what_is_no_file, [*(folder / name for name in names), *around])
    strange = {finding.file for finding in unread}
    files = [_text(path) for name in _in_order(names) if shown(path := folder / name) not in strange]
    rollbacks = [_text(path) for path in around if shown(path) not in strange]
    skipped = [shown(folder / name) for name in names if not _version(name)]
    unnamed = [SqlFile(path=path, sha256="") for path in skipped if path not in strange]
    return Chosen(
        home=_home(folder),
        files=tuple(files),
        rollbacks=tuple(rollbacks),
        tree=_tree([*map(_sql_file, files), *unnamed], rollbacks),
        whole=True,
        tests=tests_in(folder.parent / _TESTS),
        tests_folder=shown(folder.parent / _TESTS),
        findings=(*_found(what_is_no_folder, _rollback_folders(folder)), *unread),
    )


def _by_folder(paths: Iterable[Path]) -> Iterator[Chosen]:
    """Group single files by their folder: those of one folder are applied one after the other."""
    groups: dict[Path, list[Path]] = {}
    for path in paths:
        groups.setdefault(path.parent, []).append(path)
    for folder, group in groups.items():
        yield _rollbacks_only(group) if _name(folder) in _ROLLBACKS else _some(folder, group)


def _some(folder: Path, named: Sequence[Path]) -> Chosen:
    """Choose some files of a folder, each with its rollback."""
    unread = _found(what_is_no_file, named)
    strange = {finding.file for finding in unread}
    paths = [path for path in named if shown(path) not in strange]
    if not paths:
        return Chosen(home=_home(folder), tree=_tree((), ()), findings=unread)
    wanted = [_text(path) for path in sorted(paths, key=lambda path: (_version(path.name), path.name))]
    last = max(_version(path.name) for path in paths)
    names = {path.name for path in paths}
    siblings = [name for name in _in_order(_siblings(folder)) if name not in names]
    rollbacks = _rollbacks_of(wanted, siblings, folder)
    return Chosen(
        home=_home(folder),
        files=tuple(wanted),
        earlier=tuple(_text(folder / name, context=True) for name in siblings if _version(name) < last),
        rollbacks=rollbacks,
        tree=_tree(map(_sql_file, wanted), rollbacks),
        findings=unread,
    )


def _rollbacks_of(files: Sequence[SqlText], siblings: Iterable[str], folder: Path) -> tuple[SqlText, ...]:
    """Find the rollbacks of some files, as they are paired in the whole folder."""
    around = {shown(path): path for path in _rollbacks_around(folder) if not what_is_no_file(path)}
    everybody = [
        *map(_sql_file, files),
        *(SqlFile(path=shown(folder / name), sha256="") for name in siblings),
    ]
    tree = Tree(
        commit="",
        author="",
        subject="",
        migrations=tuple(everybody),
        rollbacks=tuple(SqlFile(path=path, sha256=path) for path in around),
    )
    # their paths stand for their checksums: only those are read that no name pairs
    paired = pair(tree, lambda paths: {path: read(around[path], context=True) for path in paths})
    asked = {file.path for file in files}
    found = [each.rollback.path for each in paired.migrations if each.rollback and each.file.path in asked]
    for conflict in paired.conflicts:
        if any(each.file.path in asked for each in conflict.migrations):
            found += [file.path for file in conflict.rollbacks]
    return tuple(_text(around[path]) for path in dict.fromkeys(found))


def _rollbacks_only(paths: Sequence[Path]) -> Chosen:
    if not paths:
        raise no_migrations("the folder of rollbacks is empty")
    unread = _found(what_is_no_file, paths)
    strange = {finding.file for finding in unread}
    files = tuple(_text(path) for path in sorted(paths) if shown(path) not in strange)
    return Chosen(rollbacks=files, tree=_tree((), ()), findings=unread)


def _alone(files: Sequence[SqlText]) -> Chosen:
    return Chosen(files=tuple(files), tree=_tree((), ()))


def _tree(migrations: Iterable[SqlFile], rollbacks: Iterable[SqlText]) -> Tree:
    return Tree(
        commit="",
        author="",
        subject="",
        migrations=tuple(migrations),
        rollbacks=tuple(map(_sql_file, rollbacks)),
    )


def _text(path: Path, *, context: bool = False) -> SqlText:
    return SqlText(path=shown(path), content=read(path, context=context))


def _sql_file(file: SqlText) -> SqlFile:
    return SqlFile(path=file.path, sha256=checksum(file.content))


def _in_order(names: Iterable[str]) -> list[str]:
    """Sort what the Supabase CLI takes for migrations as it does; leave out the rest."""
    return sorted(filter(_version, names), key=lambda name: (_version(name), name))


def _version(name: str) -> str:
    match = MIGRATION_NAME.fullmatch(name)
    return match[1] if match else ""


def _siblings(folder: Path) -> Sequence[str]:
    try:
        return names_in(folder)
    except ConfigurationError:  # a folder that may be passed through and not listed
        return ()


def _any_names_in(folder: Path) -> list[str]:
    return [*names_in(folder), *odd_names_in(folder)]


def _found(look: Callable[[Path], Finding | None], paths: Iterable[Path]) -> tuple[Finding, ...]:
    return tuple(filter(None, map(look, paths)))


def _rollbacks_around(folder: Path) -> list[Path]:
    folders = [each for each in _rollback_folders(folder) if not what_is_no_folder(each)]
    return sorted(each / name for each in folders for name in names_in(each))


def _rollback_folders(folder: Path) -> list[Path]:
    places = [place for place in (_home(folder), folder) if place is not None]
    candidates = [place / name for place in places for name in sorted(_ROLLBACKS, reverse=True)]
    return [each for each in candidates if each.is_dir()]


def _home(folder: Path) -> Path | None:
    """Return the folder above migrations/."""
    if _name(folder) != _MIGRATIONS:
        return None
    return folder.parent if folder.name == _MIGRATIONS else folder / ".."


def _name(folder: Path) -> str:
    return folder.name or folder.resolve().name
