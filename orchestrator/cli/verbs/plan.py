"""`bascule plan`: what a deployment would do, minus the doing."""

from typing import Annotated

import typer

from orchestrator.cli.options import Json, SettingsFile, Target, opened
from orchestrator.cli.output import Output


def command(
    target: Target,
    *,
    commit: Annotated[
        str | None, typer.Option(help="A commit's full id; else the branch's head.", show_default=False)
    ] = None,
    settings: SettingsFile = None,
    json: Json = False,
) -> int:
    """Show what is pending on a target and what is wrong; touches nothing."""
    from orchestrator.actions import asking
    from orchestrator.actions.preview import preview
    from orchestrator.domain.finding import Verdict

    output = Output(as_json=json)
    with opened(settings) as house:
        policy = asking.policy_of(target, house.policies)
        seen = preview(
            policy,
            commit or asking.head_of(policy, house.git),
            git=house.git,
            targets=house.targets,
            linter=house.linter,
            recorded=house.kept.recorded(target) if house.has_ledger else {},
            holds=house.kept.holds(target) if house.has_ledger else (),
            kept=house.kept if house.has_ledger else None,
            is_head=commit is None,
        )
    if json:
        output.result(seen)
    else:
        output.say(f"{target} to {seen.commit[:10]}: {len(seen.pending)} pending, {seen.applied} applied")
        for left in seen.leaving:
            drafted = "a drafted rollback" if left.drafted else "its rollback"
            output.say(
                f"  undo {left.migration.version} {left.migration.name}   (its file left; with {drafted})"
            )
        for counted in seen.at_stake:
            output.say(f"    would drop rows that it did not write: {counted.headline}", style="red")
        for one in seen.pending:
            way_back = one.rollback.path if one.rollback else "no rollback file"
            output.say(f"  {one.version} {one.name}   (back: {way_back})")
        output.findings(seen.findings)
    return 0 if seen.verdict is Verdict.PASS else 1
