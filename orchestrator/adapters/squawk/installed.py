"""Where the program is: in the package that was installed with Bascule, never whatever the PATH holds.

Another version knows other rules, and a program of that name may be anything.
"""

import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from orchestrator.domain.errors import Unavailable

_PACKAGE = "squawk-cli"
_PROGRAM = "squawk"


def installed_program() -> Path:
    """Return the path of the program. Raises Unavailable."""
    for candidate in _candidates():
        if candidate.is_file():
            return candidate
    raise missing(f"the program {_PROGRAM} is not installed beside this Python ({sys.prefix})")


def missing(message: str) -> Unavailable:
    """Say that there is no program that could be run."""
    return Unavailable(
        message,
        code="squawk-missing",
        remedy=f"install Bascule again with all that it needs; the package {_PACKAGE} brings the program",
    )


def _candidates() -> Iterator[Path]:
    yield Path(sysconfig.get_path("scripts"), _PROGRAM)
    yield Path(sys.executable).with_name(_PROGRAM)
    yield from _recorded()


def _recorded() -> Iterator[Path]:
    """Ask the package for its files: where it was installed elsewhere, as with --user. Takes its time."""
    from importlib.metadata import PackageNotFoundError, files  # noqa: PLC0415

    try:
        recorded = files(_PACKAGE) or ()
    except PackageNotFoundError:
        recorded = ()
    yield from (Path(str(file.locate())).resolve() for file in recorded if file.name == _PROGRAM)
