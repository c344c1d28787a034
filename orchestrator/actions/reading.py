"""Read very many files in two processes: half of them beside us.

Only for a command of its own: it forks, which goes ill with the threads of a worker. Where it does not work,
nothing is lost: each file is read when a rule first asks for it.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from orchestrator.validation.sql_text import Part, SqlText

#: below this a second process costs more than it gives
_FEW: Final = 400
_SECONDS: Final = 60


def read_at_once(files: Sequence[SqlText]) -> None:
    """Have all statements of these files read."""
    if len(files) < _FEW or (os.cpu_count() or 1) < 2:  # noqa: PLR2004  # us and another one
        return
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415  # only where there are many files
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415
    from multiprocessing import get_context  # noqa: PLC0415

    # what the other one has read still has to come over to us
    middle = len(files) * 11 // 20
    ours, theirs = files[:middle], files[middle:]
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("fork")) as beside:
        reading = beside.submit(_read, theirs)
        _read(ours)
        try:
            found = reading.result(timeout=_SECONDS)
        except (BrokenProcessPool, TimeoutError):
            return
    for file, parts in zip(theirs, found, strict=True):
        file.take(parts)


def _read(files: Sequence[SqlText]) -> list[list[Part]]:
    return [[replace(part, parsed=part.parsed.read_already()) for part in file.parts] for file in files]
