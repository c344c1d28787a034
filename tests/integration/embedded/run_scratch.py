"""A process of its own that uses the scratch server, for tests that share it or kill its owner.

    python run_scratch.py STATE MAJOR [UID]

It says `ready URL`, for the superuser, and stays until its stdin ends. With UID it becomes that user first,
after all imports.
"""

import encodings.idna
import os
import sys
from pathlib import Path

from orchestrator.embedded import scratch
from orchestrator.embedded.postgres import SUPERUSER


def main() -> None:
    assert encodings.idna  # imported while we may
    if len(sys.argv) > 3:
        user = int(sys.argv[3])
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    server = scratch.acquire(Path(sys.argv[1]), major=int(sys.argv[2]))
    sys.stdout.write(f"ready {server.url('postgres', SUPERUSER)}\n")
    sys.stdout.flush()
    sys.stdin.read()
    scratch.release_all()


if __name__ == "__main__":
    main()
