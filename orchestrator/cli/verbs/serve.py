"""`bascule serve`: the web process."""

import os
import sys

from orchestrator.cli.options import SettingsFile, opened


def command(*, settings: SettingsFile = None) -> None:
    """Receive webhooks, and serve the page and the API. A part of the service, for production."""
    with opened(settings) as house:
        environment = house.environment_for_children()
    # replaced, not started: signals and the exit status are the web process's own
    os.execve(sys.executable, [sys.executable, "-m", "orchestrator.web"], environment)  # noqa: S606
