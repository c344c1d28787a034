"""The whole document: its sections, in order, and what lies between them."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from orchestrator.settings import notify, repositories, service, targets
from orchestrator.settings.faults import dotted, shown, unknown
from orchestrator.settings.kinds import NAME
from orchestrator.settings.model import ChannelSettings, Settings
from orchestrator.settings.reading import Reading, Table

SECTIONS: Final = ("service", "repositories", "targets", "notify")

#: the table of default.toml that every named table of its section begins with
PATTERN: Final = "NAME"

V = TypeVar("V")


def read(document: Table, defaults: Table, file: Path | None, reading: Reading) -> Settings | None:
    """Read all sections. None when there are faults; `reading` holds them then."""
    for key in document:
        if key not in SECTIONS:
            reading.fault(dotted(key), unknown(key, SECTIONS))
    below = {section: defaults[section][PATTERN] for section in SECTIONS[1:]}
    of_service = service.read(_over(defaults["service"], document.get("service", {})), file, reading)

    def each(section: str, read_one: Callable[[str, Table], V | None]) -> Mapping[str, V]:
        read_all = ((name, read_one(name, table)) for name, table in _named(document, section, reading))
        return MappingProxyType({name: valid for name, valid in read_all if valid is not None})

    of_repositories = each(
        "repositories",
        lambda name, table: repositories.read(name, {**below["repositories"], **table}, reading),
    )
    of_targets = each(
        "targets",
        lambda name, table: targets.read(name, {**below["targets"], **table}, of_repositories, reading),
    )
    of_channels: Mapping[str, ChannelSettings] = each(
        "notify", lambda name, table: notify.read(name, table, below["notify"], reading)
    )
    targets.check_one_per_database(of_targets, reading)
    if of_service is not None:
        targets.check_within_a_stage(of_targets, of_service.longest_stage_seconds, reading)
    if reading.faults or of_service is None:
        return None
    return Settings(
        file=file,
        service=of_service,
        repositories=of_repositories,
        targets=of_targets,
        notify=of_channels,
    )


def names(document: Table, section: str) -> tuple[str, ...]:
    """Return the names of a section's tables, lawful or not."""
    tables = document.get(section, {})
    return tuple(tables) if isinstance(tables, dict) else ()


def _named(document: Table, section: str, reading: Reading) -> Iterator[tuple[str, Table]]:
    tables = document.get(section, {})
    if not isinstance(tables, dict):
        reading.fault(section, f"must hold named tables; write [{section}.some-name]")
        return
    for name, table in tables.items():
        key = dotted(section, name)
        if not isinstance(table, dict):
            reading.fault(key, f"must be a table; write [{key}]")
        elif not NAME.fullmatch(name):
            text = f"{shown(name)} is no name; write a small letter, then small letters, digits, - or _"
            reading.fault(key, text)
        else:
            yield name, table


def _over(defaults: Mapping[str, Any], given: object) -> object:
    """Lay a table over its defaults; what is no table stays what it is, for its model to refuse."""
    return {**defaults, **given} if isinstance(given, dict) else given
