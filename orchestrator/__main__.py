"""The command `bascule`."""

import sys


def main() -> None:
    """Run the command line."""
    from orchestrator.cli import run  # noqa: PLC0415 - `python -m orchestrator` stays quick to fail

    sys.exit(run())


if __name__ == "__main__":
    main()
