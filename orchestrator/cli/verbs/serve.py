"""`bascule serve`: the web process."""

import os

from orchestrator.cli.options import SettingsFile, opened


def command(*, settings: SettingsFile = None) -> None:
    """Receive webhooks, and serve the page and the API. A part of the service, for production."""
    from orchestrator.cli.service import web_argv

    with opened(settings) as house:
        environment = house.environment_for_children()
    argv = [*web_argv()]
    # replaced, not started: signals and the exit status are the web process's own
    os.execve(argv[0], argv, environment)  # noqa: S606 - our own interpreter
