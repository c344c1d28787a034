"""One database without any settings."""

from typing import TYPE_CHECKING

from orchestrator.settings import Secret

if TYPE_CHECKING:
    from orchestrator.adapters.postgres.target.targets import PostgresTargets


def database_alone(name: str, url: Secret) -> "PostgresTargets":
    """Return a database by this name; it is encrypted and verified as a target is that says nothing of it."""
    from orchestrator.adapters.postgres.target.address import TargetAddress
    from orchestrator.adapters.postgres.target.targets import PostgresTargets

    return PostgresTargets([TargetAddress(name=name, url=url.reveal())])
