"""What a worker shares with its children: files without a name, so that none is left, and its memory."""

import gc
import tempfile
from multiprocessing import current_process


def share_without_a_folder() -> None:
    """Make such files in the system's folder for temporary ones, before the first is made.

    The library would make a folder of its own for them, and remove it only on an orderly end. Does not change
    the files: they lose their names as soon as they are made.
    """
    current_process()._config["tempdir"] = tempfile.gettempdir()  # type: ignore[attr-defined]  # noqa: SLF001  # no other way


def share_memory() -> None:
    """Keep what the worker has loaded in memory that its children share. Called before they are forked.

    A child that collects garbage writes into each object that it looks at, and so would get a copy of all of
    them: 15 to 20 MiB for each child.
    """
    gc.collect()
    gc.freeze()
