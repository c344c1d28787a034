"""`bascule rollback`: undo what a deployment applied."""

from typing import Annotated

import typer

from orchestrator.cli.options import DeploymentNumber, Json, SettingsFile, Timeout, actor, opened
from orchestrator.cli.output import Output
from orchestrator.cli.story import follow_to_the_end


def command(
    deployment: DeploymentNumber,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    wait: Annotated[bool, typer.Option(help="Follow it to its end.")] = True,
    timeout: Timeout = 600,
    settings: SettingsFile = None,
    json: Json = False,
) -> int:
    """Undo what a deployment applied, newest first, with the rollbacks that the ledger kept."""
    from orchestrator.actions import asking
    from orchestrator.domain.deployment import Applied, DeploymentId, Stage
    from orchestrator.domain.errors import ConfigurationError, MigrationRefused

    output = Output(as_json=json)
    with opened(settings) as house:
        found = asking.known(DeploymentId(deployment), house.reading)
        try:
            applied = house.kept.gave(found.id, Stage.APPLY, Applied).migrations
        except KeyError:
            raise MigrationRefused(
                f"deployment {deployment} applied nothing",
                code="nothing-to-undo",
                remedy=f"see: bascule show {deployment}",
            ) from None
        for one in reversed(applied):
            rollback = one.migration.rollback.path if one.migration.rollback else "NO ROLLBACK FILE"
            output.say(f"  {found.target}: undo {one.migration.version} {one.migration.name} with {rollback}")
        if not yes:
            if json:
                raise ConfigurationError("a rollback asks first", remedy="with --json, add --yes")
            typer.confirm(f"Roll back deployment {deployment} on {found.target}?", abort=True)
        made = house.care.undo(found.id, actor=actor())
        return follow_to_the_end(output, made, house.reading, wait=wait, timeout_seconds=timeout)
