"""`bascule rehearse`: the migrations of a checkout up and down on a scratch copy, without the rules."""

from orchestrator.cli.options import Json, SettingsFile
from orchestrator.cli.verbs import check
from orchestrator.cli.verbs.check import Baseline, Directory, Target


def command(
    directory: Directory = None,
    *,
    target: Target = None,
    baseline: Baseline = None,
    settings: SettingsFile = None,
    json: Json = False,
) -> int:
    """Carry migrations out on a scratch copy: up, smoke, down, up again; touches no target."""
    return check.run(directory, target, baseline, settings, as_json=json, with_review=False)
