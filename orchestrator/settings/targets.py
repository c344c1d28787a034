"""[targets.NAME]: one database, how deployments to it are decided, how it is reached."""

from collections.abc import Mapping
from typing import Final, get_args

from orchestrator.domain.added_identity import AddedIdentity
from orchestrator.domain.finding import Severity
from orchestrator.domain.opening import Opening
from orchestrator.domain.target import TargetPolicy
from orchestrator.settings import database, raw
from orchestrator.settings.model import DatabaseAddress, RepositorySettings, SslMode, TargetSettings
from orchestrator.settings.reading import Reading, Table

_MODES: Final[dict[str, SslMode]] = {mode: mode for mode in get_args(SslMode)}


def read(
    name: str, table: Table, repositories: Mapping[str, RepositorySettings], reading: Reading
) -> TargetSettings | None:
    """Read one table; None when it, or its repository, has faults."""
    key = f"targets.{name}"
    given = reading.check(raw.Target, table, key)
    if given is None:
        return None
    if given.lock_timeout >= given.statement_timeout:
        reading.fault(f"{key}.lock_timeout", "must be shorter than statement_timeout, which contains it")
    url = given.database_url.reveal()
    address = database.address_of(url)
    written = database.parameter(url, "sslmode")
    if written is not None and written not in _MODES:
        reading.fault(f"{key}.database_url", f"its sslmode is unknown; write one of {', '.join(_MODES)}")
    repository = repositories.get(given.repository)
    if repository is None:
        return None
    return TargetSettings(
        policy=_policy(name, given, repository),
        database_url=given.database_url,
        address=address,
        sslmode=given.sslmode or _sslmode(written, address),
        sslrootcert=given.sslrootcert or database.parameter(url, "sslrootcert"),
        statement_timeout_seconds=given.statement_timeout,
        lock_timeout_seconds=given.lock_timeout,
    )


def check_one_per_database(targets: Mapping[str, TargetSettings], reading: Reading) -> None:
    """Two targets on one database would undo each other's work."""
    owners: dict[tuple[str, ...], str] = {}
    for name, target in targets.items():
        owner = owners.setdefault(database.identity(target.address), name)
        if owner != name:
            text = f"is the database of targets.{owner}; a database belongs to one target, so name another"
            reading.fault(f"targets.{name}.database_url", text)


def check_within_a_stage(
    targets: Mapping[str, TargetSettings], longest_seconds: float, reading: Reading
) -> None:
    """Let no statement take as long as the stage around it, which is ended from outside."""
    for name, target in targets.items():
        limits = {
            "statement_timeout": target.statement_timeout_seconds,
            "preflight_timeout": target.policy.preflight_seconds,
        }
        for key, seconds in limits.items():
            if seconds >= longest_seconds:
                text = f"reaches the {longest_seconds:g} s that service.longest_stage allows; write less"
                reading.fault(f"targets.{name}.{key}", text)


def _sslmode(written: str | None, address: DatabaseAddress) -> SslMode:
    """Without a key of its own the URL decides; without that, whether the host is this machine."""
    return _MODES.get(written or "", "prefer" if address.is_loopback else "verify-full")


def _policy(name: str, given: raw.Target, repository: RepositorySettings) -> TargetPolicy:
    return TargetPolicy(
        name=name,
        repository=given.repository,
        branch=given.branch,
        directory=repository.directory,
        out_of_order=given.out_of_order,
        when_files_leave=given.when_files_leave,
        when_files_change=given.when_files_change,
        when_drifted=given.when_drifted,
        rehearse=given.rehearse,
        atomic=given.atomic,
        require_same_major=given.require_same_major,
        made_up_rows=given.made_up_rows,
        exposed_schemas=given.exposed_schemas,
        identities=tuple(AddedIdentity(name=name, **dict(each)) for name, each in given.identities.items()),
        openings=tuple(Opening(**dict(each)) for each in given.openings),
        severities={
            rule: None if severity == "off" else Severity(severity) for rule, severity in given.rules.items()
        },
        longest_block_seconds=given.longest_block,
        preflight_seconds=given.preflight_timeout,
        attempts=given.attempts,
        patience_seconds=given.patience,
    )
