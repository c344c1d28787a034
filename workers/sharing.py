"""What a worker shares with its children lies in files without a name: who is killed leaves none behind."""

import tempfile
from multiprocessing import current_process


def share_without_a_folder() -> None:
    """Make such files in the system's folder for temporary ones, before the first is made.

    The library would make a folder of its own for them, and remove it only on an orderly end. Does not change
    the files: they lose their names as soon as they are made.
    """
    current_process()._config["tempdir"] = tempfile.gettempdir()  # type: ignore[attr-defined]  # noqa: SLF001  # no other way
