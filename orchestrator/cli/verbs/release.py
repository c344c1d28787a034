"""`bascule release`: let a target go."""

from orchestrator.cli.options import Json, SettingsFile, Target, actor, opened
from orchestrator.cli.output import Output


def command(target: Target, *, settings: SettingsFile = None, json: Json = False) -> None:
    """Let a target go: our fence is removed, its history stays, pushes are recorded and wait."""
    from orchestrator.actions.adopting import release
    from orchestrator.actions.asking import policy_of

    output = Output(as_json=json)
    with opened(settings, embedded=True) as house:
        policy_of(target, house.policies)
        release(
            target, targets=house.targets, care=house.care, ledger_id=house.claims.ledger_id, actor=actor()
        )
    if json:
        output.result({"target": target, "released": True})
    else:
        output.say(f"{target} is released; its history stays as it is")
