"""Settings: one TOML file, read once, valid and frozen afterwards.

`config/default.toml` holds every key and what it begins with; the operator's file lies over it, and
variables of the form BASCULE__SECTION__KEY over that.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.settings import sources, whole
from orchestrator.settings.faults import Fault, configuration_error
from orchestrator.settings.model import (
    ChannelSettings,
    DatabaseAddress,
    Listen,
    RepositorySettings,
    Secret,
    ServiceSettings,
    Settings,
    SlackSettings,
    SslMode,
    TargetSettings,
    WebhookSettings,
)
from orchestrator.settings.reading import Reading
from orchestrator.settings.sources import config_dir, find

__all__ = [
    "ChannelSettings",
    "DatabaseAddress",
    "Listen",
    "RepositorySettings",
    "Secret",
    "ServiceSettings",
    "Settings",
    "SlackSettings",
    "SslMode",
    "TargetSettings",
    "WebhookSettings",
    "config_dir",
    "find",
    "load",
    "settings_of",
]


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the named file, else the one that `find` finds, else none: then everything is embedded.

    Raises ConfigurationError with code "settings"; its noun `faults` lists every fault.
    """
    file = find(path, environ)
    return settings_of(sources.read(file) if file else {}, environ, file=file)


def settings_of(document: Mapping[str, Any], environ: Mapping[str, str], *, file: Path | None) -> Settings:
    """Read a document that was parsed already. Raises ConfigurationError like `load`."""
    defaults = sources.read(config_dir(environ) / "default.toml")
    layered = sources.with_environment(document, environ)
    reading = Reading(environ=environ, repositories=whole.names(layered.document, "repositories"))
    reading.faults.extend(layered.faults)
    settings = whole.read(layered.document, defaults, file, reading)
    if settings is None:
        faults = [_with_origin(fault, layered.set_by) for fault in reading.faults]
        raise configuration_error(str(file) if file else "settings", faults)
    return settings


def _with_origin(fault: Fault, set_by: Mapping[str, str]) -> Fault:
    """Name the variable that set the key: the file would be searched in vain."""
    variable = set_by.get(fault.key)
    return Fault(key=fault.key, text=f"{fault.text} (set by {variable})") if variable else fault
