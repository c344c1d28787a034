"""The house of this process, after the settings that its environment names."""

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from orchestrator.adapters.logging import configure
from orchestrator.embedded.running import find as find_running
from orchestrator.settings import Settings, load
from orchestrator.wiring.house import House

if TYPE_CHECKING:
    from celery import Celery

    from orchestrator.steps import Tools


def settings_of_this_process(file: Path | None = None) -> Settings:
    """Read the settings; without a control database in them, a running embedded service lends its own."""
    settings = load(file, os.environ)
    if settings.service.database_url is not None:
        return settings
    running = find_running(settings.service.state_directory)
    return load(file, {**os.environ, **running.environment}) if running else settings


def about_to_run(settings: Settings, part: str, *, usual_level: str = "info") -> None:
    """Set up the log of a part of the service, or of a command."""
    level = os.environ.get("BASCULE_LOG_LEVEL", usual_level)
    configure(level=level, secrets=[secret.reveal() for secret in settings.secrets()])
    structlog.contextvars.bind_contextvars(part=part)


@cache
def house() -> House:
    """Return this process's house, after the settings that the environment names."""
    named = os.environ.get("BASCULE_SETTINGS")
    return House(settings_of_this_process(Path(named) if named else None))


def tools() -> "Tools":
    """Return what the stages work with, in this process."""
    return house().tools


def forget_tools() -> None:
    """Begin anew after a fork: nothing that a parent opened may be used by a child."""
    house.cache_clear()


def celery_app() -> "Celery":
    """Return the Celery application of the settings."""
    from orchestrator.adapters.celery_queue import make_app

    longest = house().settings.service.longest_stage_seconds
    return make_app(house().broker_url, longest_stage_seconds=longest)
