"""A check as people read it: the findings, the ways back, what was locked, one line for each stage."""

from collections.abc import Iterator, Mapping
from typing import Final

from rich.text import Text

from orchestrator.actions.checking import Check
from orchestrator.cli.output import OUTCOME, Output
from orchestrator.cli.report.text import tell as tell_report
from orchestrator.cli.words import count, span
from orchestrator.domain.rehearsal import (
    CopyOrigin,
    Rehearsal,
    RollbackProof,
    RollbackVerdict,
    StatementTrace,
)

#: so many lines of what is left behind are shown
_SHOWN: Final = 5
_STYLE: Final[Mapping[RollbackVerdict, str]] = {
    RollbackVerdict.PROVEN: "green",
    RollbackVerdict.LOSSY: "yellow",
    RollbackVerdict.IRREVERSIBLE: "red",
    RollbackVerdict.UNPROVEN: "red",
    RollbackVerdict.MISSING: "red",
}
#: locks that keep others waiting, as SQL calls them
_HEAVY: Final = {
    "AccessExclusiveLock": "ACCESS EXCLUSIVE",
    "ExclusiveLock": "EXCLUSIVE",
    "ShareRowExclusiveLock": "SHARE ROW EXCLUSIVE",
    "ShareLock": "SHARE",
}


def tell(output: Output, check: Check, *, target: str | None = None) -> None:
    """Print it all; the verdict comes last, where a terminal stands still."""
    if check.rehearsal is not None:
        output.lines([*_copy(check.rehearsal), *_ways_back(check), *_locks(check.rehearsal.trace)])
    output.lines(_stages(check))
    tell_report(output, check.report, target=target)


def _copy(rehearsal: Rehearsal) -> Iterator[Text]:
    copy = rehearsal.copy
    origin = "a copy of the target" if copy.origin is CopyOrigin.TARGET else "a Supabase-like database"
    how = "in one transaction" if rehearsal.in_one_transaction else "file by file"
    kept = ", kept from before" if copy.kept else ""
    yield Text(f"rehearsed on {origin}, PostgreSQL {copy.server_major}{kept}; {how}", style="dim")


def _ways_back(check: Check) -> Iterator[Text]:
    assert check.rehearsal is not None
    if check.rehearsal.rollbacks:
        yield Text("the way back", style="bold")
    for proof in check.rehearsal.rollbacks:
        line = Text.assemble(
            f"  {proof.version}  ", (f"{proof.verdict.value:<12}", _STYLE[proof.verdict]), f"  {proof.source}"
        )
        yield line
        yield from _details(proof)


def _details(proof: RollbackProof) -> Iterator[Text]:
    lines = [*proof.losses, *(f"left behind: {each.headline}" for each in proof.residue)]
    if proof.failure is not None:
        lines.append(f"it does not run: {proof.failure.message}")
    for line in lines[:_SHOWN]:
        yield Text(f"    {line}")
    if len(lines) > _SHOWN:
        yield Text(f"    and {count(len(lines) - _SHOWN, 'more thing')}", style="dim")


def _locks(trace: tuple[StatementTrace, ...]) -> Iterator[Text]:
    """Tell what others would wait for; what a statement only reads lightly is left to --json."""
    heavy = [each for each in trace if each.rewrites or any(lock.mode in _HEAVY for lock in each.locks)]
    if heavy:
        yield Text("locks on what was there before", style="bold")
    for each in heavy:
        yield Text(f"  {each.file}:{each.line}")
        for lock in each.locks:
            if lock.mode in _HEAVY:
                done = "; rewritten" if lock.relation in each.rewrites else ""
                done = done or ("; read from end to end" if lock.relation in each.scans else "")
                yield Text(f"    {_HEAVY[lock.mode]} on {lock.relation}{done}")


def _stages(check: Check) -> Iterator[Text]:
    for each in check.stages:
        sign, style = OUTCOME[each.outcome]
        took = f"  {span(each.seconds)}" if each.seconds else ""
        yield Text.assemble((sign, style), f" {each.name.value:<9} {each.outcome}", (took, "dim"))
    yield Text()
