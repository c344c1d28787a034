"""`bascule history`: the target's own table of applied migrations, beside what the ledger knows."""

from orchestrator.cli.options import Json, SettingsFile, Target, opened
from orchestrator.cli.output import Output


def command(target: Target, *, settings: SettingsFile = None, json: Json = False) -> None:
    """Show which migrations a target has, as its own history says."""
    from orchestrator.actions.asking import policy_of

    output = Output(as_json=json)
    with opened(settings) as house:
        policy_of(target, house.policies)
        with house.targets.reading(target) as reader:
            rows = reader.history()
        recorded = house.kept.recorded(target) if house.has_ledger else {}
    if json:
        output.result(
            [{"version": row.version, "name": row.name, "sha256": recorded.get(row.version)} for row in rows]
        )
        return
    output.table(
        ("version", "name", "checksum in the ledger"),
        [(row.version, row.name or "", recorded.get(row.version, "unknown")[:16]) for row in rows],
    )
    output.say(f"{len(rows)} applied", style="dim")
