"""`bascule worker`: a Celery worker."""

import os
import sys
from typing import Annotated

import typer

from orchestrator.cli.options import SettingsFile, opened


def command(
    *,
    concurrency: Annotated[int, typer.Option(help="Stages carried out at once.", min=1, max=64)] = 2,
    settings: SettingsFile = None,
) -> None:
    """Carry out stages: a Celery worker. A part of the service; any number may run."""
    with opened(settings) as house:
        environment = house.environment_for_children()
    # replaced, not started: signals and the exit status are Celery's own
    os.execve(  # noqa: S606 - our own interpreter
        sys.executable,
        [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "workers.app",
            "--quiet",
            "worker",
            "--loglevel",
            "INFO",
            "--concurrency",
            str(concurrency),
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "--hostname",
            f"bascule-{os.getpid()}@%h",
        ],
        environment,
    )
