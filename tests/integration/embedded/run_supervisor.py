"""A supervisor in a process of its own, for tests that kill it.

    python run_supervisor.py STATE PROCESSES [UID]

PROCESSES is a JSON list of the arguments of Process. What happens goes to stdout, one JSON list a line. With
UID it becomes that user before it starts, after all imports: a user who may not enter our environment can
still be tested.
"""

import encodings.idna
import json
import os
import signal
import sys
from pathlib import Path

from orchestrator.domain.errors import BasculeError
from orchestrator.embedded import Embedded, Process, Supervisor, databases
from tests.support.servers import server_under_test


def tell(who: str, what: str, seconds: float) -> None:
    sys.stdout.write(json.dumps([who, what, seconds]) + "\n")
    sys.stdout.flush()


def process(spec: dict[str, object]) -> Process:
    signals = {key: signal.Signals(spec.pop(key)) for key in ("stop_signal", "orphan_signal") if key in spec}
    return Process(**spec, **signals)  # type: ignore[arg-type]


def main() -> int:
    assert databases, encodings.idna  # imported while we may
    source = server_under_test()
    state, specs = Path(sys.argv[1]), json.loads(sys.argv[2])
    if len(sys.argv) > 3:
        user = int(sys.argv[3])
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
        os.environ["HOME"] = "/nonexistent"
    try:
        with Embedded.start(state, source=source, progress=tell) as servers:
            tell("url", servers.database("staging").url, 0)
            tell("url", servers.broker_url, 0)
            return Supervisor([process(spec) for spec in specs], servers=servers, progress=tell).run()
    except BasculeError as fault:
        tell(fault.code, f"{fault.message} | {fault.remedy}", 0)
        return fault.exit_code


if __name__ == "__main__":
    sys.exit(main())
