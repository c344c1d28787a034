"""Named places at which a test may kill the process, so that every crash is deterministic.

A no-op unless BASCULE_CRASH_POINT names the place. With BASCULE_CRASH_ONCE=/path the process dies only the
first time: the file is made before it dies.
"""

import os
import signal
from pathlib import Path


def crash_point(name: str) -> None:
    """Die here by SIGKILL if this place was named."""
    if os.environ.get("BASCULE_CRASH_POINT") != name:
        return
    once = os.environ.get("BASCULE_CRASH_ONCE")
    if once:
        try:
            Path(once).touch(exist_ok=False)
        except FileExistsError:
            return
    os.kill(os.getpid(), signal.SIGKILL)
