"""One run of the program over any number of files."""

import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from orchestrator.adapters.squawk.answer import Spot, read_answer
from orchestrator.adapters.squawk.installed import installed_program
from orchestrator.adapters.squawk.process import failed, run_squawk
from orchestrator.adapters.squawk.sent import encoded
from orchestrator.domain.errors import Unavailable

#: on unless switched off, with something to say about almost any statement
_LOUD: Final = frozenset({"prefer-robust-stmts", "require-lock-timeout", "require-statement-timeout"})
#: files in memory: thousands of small ones take a disk longer than squawk takes to read them
_MEMORY: Final = Path("/dev/shm")  # noqa: S108  # the folder made there is ours alone
#: what a file takes of it besides its text
_FILE_BYTES: Final = 4096
_PREFIX: Final = "bascule-squawk-"
#: nobody reads for as long as this
_OLD_SECONDS: Final = 3600
#: how much of the room there may be taken: others need it too
_SHARE: Final = 1 / 8


def read(
    files: Mapping[str, str],
    *,
    program: Path | None,
    rules: Collection[str],
    server_major: int | None,
    end: float,
) -> dict[str, list[Spot]]:
    """Return what squawk sees in files (text by path), by path; more than the rules may be among it.

    `end` is a moment of the monotonic clock. Raises Unavailable.
    """
    if not files:
        return {}
    command = [str(program.absolute() if program else installed_program()), *_options(rules, server_major)]
    texts = [encoded(text) for text in files.values()]
    given = texts[0] if len(texts) == 1 else b""
    with _folder(texts) as folder:
        command += ["--stdin-filepath", _name(0)] if len(texts) == 1 else _written(texts, folder)
        spots = read_answer(run_squawk(command, given=given, folder=folder, end=end))
    return _by_path(spots, {_name(number): path for number, path in enumerate(files)})


def _options(rules: Collection[str], server_major: int | None) -> list[str]:
    return [
        "--reporter=json",
        f"--config={os.devnull}",  # or it would look for one in every folder above
        "--assume-in-transaction",
        f"--include={','.join(sorted(rules))}",
        *([f"--exclude={','.join(sorted(loud))}"] if (loud := _LOUD.difference(rules)) else []),
        *([f"--pg-version={server_major}"] if server_major is not None else []),
    ]


@contextmanager
def _folder(texts: Sequence[bytes]) -> Iterator[Path]:
    """Lend a folder that only this user may enter, outside of any checkout."""
    place = _place(texts)
    try:
        _remove_what_was_left(place or Path(tempfile.gettempdir()))
        folder = tempfile.TemporaryDirectory(prefix=_PREFIX, dir=place)
    except OSError as error:
        raise _no_room(error) from error
    with folder as name:
        yield Path(name)


def _remove_what_was_left(place: Path) -> None:
    """Delete the folders of those who were killed: in memory they would stay as long as the machine runs."""
    for folder in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            told = folder.lstat()
            if told.st_uid == os.geteuid() and time.time() - told.st_mtime > _OLD_SECONDS:
                shutil.rmtree(folder)


def _place(texts: Sequence[bytes]) -> Path | None:
    """Return where the folder is to be: in memory if there is ample room, else where temporary files are."""
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK | os.X_OK):
        return None
    needed = sum(len(text) + _FILE_BYTES for text in texts)
    return _MEMORY if needed < shutil.disk_usage(_MEMORY).free * _SHARE else None


def _written(texts: Sequence[bytes], folder: Path) -> list[str]:
    """Write the files and return the argument that names them all, however many they are."""
    try:
        for number, text in enumerate(texts):
            (folder / _name(number)).write_bytes(text)
    except OSError as error:
        raise _no_room(error) from error
    return ["*.sql"]


def _name(number: int) -> str:
    return f"{number}.sql"


def _no_room(error: OSError) -> Unavailable:
    place = error.filename or tempfile.gettempdir()
    return failed(
        f"the files for squawk cannot be written to {place}: {error.strerror}",
        remedy="make room there, or name another place in TMPDIR",
    )


def _by_path(spots: Sequence[Spot], paths: Mapping[str, str]) -> dict[str, list[Spot]]:
    seen: dict[str, list[Spot]] = {}
    for spot in spots:
        if spot.file not in paths:
            raise failed("squawk speaks of a file that it was not given", remedy="install Bascule again")
        seen.setdefault(paths[spot.file], []).append(spot)
    return seen
