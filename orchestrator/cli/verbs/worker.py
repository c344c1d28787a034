"""`bascule worker`: a Celery worker."""

import os
from typing import Annotated

import typer

from orchestrator.cli.options import SettingsFile, opened


def command(
    *,
    concurrency: Annotated[int, typer.Option(help="Stages carried out at once.", min=1, max=64)] = 2,
    settings: SettingsFile = None,
) -> None:
    """Carry out stages: a Celery worker. A part of the service; any number may run."""
    from orchestrator.cli.service import worker_argv

    with opened(settings) as house:
        environment = house.environment_for_children()
    argv = [*worker_argv(concurrency)]
    # replaced, not started: signals and the exit status are Celery's own
    os.execve(argv[0], argv, environment)  # noqa: S606 - our own interpreter
