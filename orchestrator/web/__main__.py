"""The web process: `python -m orchestrator.web`, which is what `bascule serve` becomes."""

import sys

from orchestrator.domain.errors import BasculeError
from orchestrator.web.process import run
from orchestrator.wiring import about_to_run, house


def main() -> int:
    """Serve until told to stop; an error of ours becomes its message and its exit code."""
    try:
        about_to_run(house().settings, "web")
        run(house())
    except BasculeError as error:
        sys.stderr.write(f"error: {error.message}\n  do: {error.remedy}\n")
        return error.exit_code
    finally:
        house().close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
