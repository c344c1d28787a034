"""The tests that a checkout declares, as they lie on the disk."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from orchestrator.actions.on_disk import read, shown, what_is_no_file
from orchestrator.domain.declared import RLS_FILE, TestFile, text_of

#: as much as is read of a folder of tests, which nobody keeps that large
_MOST_FILES: Final = 2_000
_SUFFIXES: Final = frozenset({".sql", ".pg"})


def tests_in(folder: Path) -> tuple[TestFile, ...]:
    """Read what lies in this folder and below it; links are not followed. Nothing where there is none.

    Raises ConfigurationError: a file cannot be read.
    """
    if folder.is_symlink() or not folder.is_dir():
        return ()
    return tuple(TestFile(path=shown(path), text=text_of(read(path))) for path in _files(folder))


def _files(folder: Path) -> Iterator[Path]:
    found = [path for path in sorted(folder.rglob("*")) if _is_of_tests(path, folder)]
    yield from found[:_MOST_FILES]


def _is_of_tests(path: Path, folder: Path) -> bool:
    inside = (parent for parent in path.parents if parent != folder and parent.is_relative_to(folder))
    if what_is_no_file(path) is not None or any(parent.is_symlink() for parent in inside):
        return False
    return path.suffix in _SUFFIXES or path == folder / RLS_FILE
