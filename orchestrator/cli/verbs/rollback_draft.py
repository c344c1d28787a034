"""`bascule rollback draft`: the ways back that a rehearsal derived and proved, ready to be committed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import Json, SettingsFile
from orchestrator.cli.output import Output
from orchestrator.cli.verbs.check import Baseline, Directory, Target, checked

if TYPE_CHECKING:
    from orchestrator.actions.drafting import Drafted, Drafts


def command(
    directory: Directory = None,
    *,
    target: Target = None,
    baseline: Baseline = None,
    deployment: Annotated[
        int | None,
        typer.Option(help="Print what the ledger kept for this deployment.", min=1, show_default=False),
    ] = None,
    version: Annotated[str | None, typer.Option(help="Only for this migration.", show_default=False)] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write the proven ones into the folder rollbacks.")
    ] = False,
    settings: SettingsFile = None,
    json: Json = False,
) -> int:
    """Print proven rollbacks for migrations that have none; touches no target."""
    from orchestrator.actions import drafting
    from orchestrator.actions.choosing import choose_folder

    output = Output(as_json=json)
    if deployment is None:
        chosen = choose_folder(directory)
        with output.waiting() as tell:
            check = checked(chosen, target, baseline, settings, with_review=False, tell=tell)
        drafts = drafting.drafts_of_check(check, chosen, version=version)
    elif directory or target or baseline or write:
        raise typer.BadParameter("is not about a checkout: name it alone", param_hint="--deployment")
    else:
        drafts = _of_deployment(deployment, settings, version)
    if write:
        drafting.write(drafts.proven)
    if json:
        output.result(_value(drafts, written=write))
    else:
        _tell(output, drafts, written=write)
    return 0 if drafts.complete else 1


def _of_deployment(number: int, settings: Path | None, version: str | None) -> "Drafts":
    from orchestrator.actions import asking, drafting
    from orchestrator.cli.options import opened
    from orchestrator.domain.deployment import DeploymentId

    with opened(settings) as house:
        found = asking.known(DeploymentId(number), house.reading)
        return drafting.drafts_of_deployment(found, house.kept, version=version)


def _tell(output: Output, drafts: "Drafts", *, written: bool) -> None:
    """Print SQL on standard output and nothing else: it may go into a file; what is to be said, beside it."""
    from orchestrator.cli.report.printable import printable

    proven = drafts.proven
    shown = [each for each in drafts.drafts if not written or each not in proven]
    typer.echo("\n".join(map(_sql, shown)), nl=False)
    for each in proven if written else ():
        output.note(f"written: {printable(each.path)}")
    for missing in drafts.undrafted:
        why = f": {missing.why}" if missing.why else ""
        output.note(printable(f"none could be drafted and proven for {missing.file}{why}"), style="yellow")
    if not drafts.drafts and not drafts.undrafted:
        output.note("nothing to draft: no migration is without a rollback")


def _sql(draft: "Drafted") -> str:
    from orchestrator.cli.report.printable import printable

    lost = "".join(
        f"-- LOSSY, for reading only: it does not bring back {printable(each)}\n" for each in draft.losses
    )
    return f"-- {printable(draft.path)}\n{lost}\n{draft.sql}"


def _value(drafts: "Drafts", *, written: bool) -> dict[str, object]:
    return {
        "drafts": [
            {
                "version": each.version,
                "path": each.path,
                "verdict": each.verdict,
                "losses": each.losses,
                "sql": each.sql,
                "written": written and each in drafts.proven,
            }
            for each in drafts.drafts
        ],
        "undrafted": [
            {"version": each.version, "file": each.file, "why": each.why} for each in drafts.undrafted
        ],
    }
