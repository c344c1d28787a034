"""A check as people read it: a line for each stage, what no finding tells, what was locked, the findings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from rich.text import Text

from orchestrator.actions.checking import Check, CheckedStage
from orchestrator.cli.output import OUTCOME, Output
from orchestrator.cli.report.printable import printable
from orchestrator.cli.report.text import tell as tell_report
from orchestrator.cli.words import count, span
from orchestrator.domain.deployment import Outcome, Stage
from orchestrator.domain.difference import details_of, outermost
from orchestrator.domain.finding import Source
from orchestrator.domain.rehearsal import (
    CopyOrigin,
    HeldLock,
    Rehearsal,
    RollbackProof,
    RollbackSource,
    RollbackVerdict,
    StatementTrace,
)

#: so many lines of what is left behind, of what would be lost, and so many statements with their locks
_SHOWN: Final = 5
_MOST_STATEMENTS: Final = 10
_STYLE: Final[Mapping[RollbackVerdict, str]] = {
    RollbackVerdict.PROVEN: "green",
    RollbackVerdict.LOSSY: "yellow",
    RollbackVerdict.IRREVERSIBLE: "red",
    RollbackVerdict.UNPROVEN: "red",
    RollbackVerdict.MISSING: "red",
}
#: modes that keep others from writing, or from reading
_HEAVY: Final = frozenset({"AccessExclusiveLock", "ExclusiveLock", "ShareRowExclusiveLock", "ShareLock"})


def tell(output: Output, check: Check, *, target: str | None = None) -> None:
    """Print it all; the verdict comes last, where a terminal stands still."""
    lines = [*_copy(check, target), *_stages(check), Text()]
    if check.rehearsal is not None:
        silent, locks = [*_ways_back(check, check.rehearsal)], [*_locks(check.rehearsal.trace)]
        for part in filter(None, (silent, locks)):
            lines += [*part, Text()]
    output.lines(lines)
    tell_report(output, check.report, target=target, see=f"bascule validate --target {target} --all")


def _copy(check: Check, target: str | None) -> Iterator[Text]:
    if check.rehearsal is None:
        return
    copy = check.rehearsal.copy
    what = "a Supabase-like database" if copy.origin is CopyOrigin.FILES else f"a copy of {target}"
    yield Text(f"rehearsed on {what}, PostgreSQL {copy.server_major}", style="dim")


def _stages(check: Check) -> Iterator[Text]:
    for stage in check.stages:
        sign, style = OUTCOME[stage.outcome]
        took = "" if stage.outcome is Outcome.SKIPPED else span(stage.seconds)
        line = Text.assemble((sign, style), f" {stage.name.value:<9}", (f" {took:>7}", "dim"))
        line.append(f"  {_gist(check, stage)}")
        line.rstrip()
        yield line


def _gist(check: Check, stage: CheckedStage) -> str:
    """Say in a few words what a stage did, or why it did nothing."""
    pending, rehearsal = check.plan.pending, check.rehearsal
    if stage.name is Stage.PLAN:
        applied = f", {check.plan.applied} applied" if check.plan.applied else ""
        return f"{len(pending) or 'nothing'} pending{applied}"
    if stage.name is Stage.REHEARSE:
        if rehearsal is None:
            return "nothing to rehearse" if not pending else "not before the errors below are mended"
        return _failed(rehearsal) or _proven(rehearsal)
    if stage.name is Stage.SMOKE and rehearsal is not None and rehearsal.matrix is not None:
        return count(rehearsal.matrix.relations, "exposed relation")
    return ""


def _failed(rehearsal: Rehearsal) -> str:
    if rehearsal.failed is None:
        return ""
    again = " a second time" if rehearsal.failed_again else ""
    return f"{rehearsal.failed.nouns.get('version', 'a migration')} does not apply{again}"


def _proven(rehearsal: Rehearsal) -> str:
    proven = [each for each in rehearsal.rollbacks if each.verdict is RollbackVerdict.PROVEN]
    of = "" if len(proven) == len(rehearsal.rollbacks) else f"{len(proven)} of "
    drafted = sum(each.source is RollbackSource.DRAFT for each in proven)
    apart = "" if rehearsal.in_one_transaction else "; file by file"
    return (
        f"{of}{count(rehearsal.rollbacks, 'rollback')} proven"
        f"{f', {drafted} drafted' if drafted else ''}{apart}"
    )


def _ways_back(check: Check, rehearsal: Rehearsal) -> Iterator[Text]:
    """Tell what differs after a rollback, and what no finding tells: its rule is off, or it is allowed."""
    spoken = {each.file for each in check.report.findings if each.source is Source.REHEARSAL}
    files = {each.version: each.file for each in check.plan.pending}
    told: list[Text] = []
    for proof in rehearsal.rollbacks:
        file = files[proof.version]
        details = [*_details(proof, spoken=file.path in spoken)]
        if details:
            verdict = (f"{proof.verdict.value:<12}", _STYLE[proof.verdict])
            told += [Text.assemble("  ", verdict, f"  {printable(file.name)}"), *details]
    if told:
        yield Text("rollbacks that do not bring everything back", style="bold")
    yield from told


def _details(proof: RollbackProof, *, spoken: bool) -> Iterator[Text]:
    differing = [line for change in outermost(proof.residue) for line in details_of(change)]
    yield from _some([f"after it: {line}" for line in differing])
    if not spoken:
        yield from _some([f"not brought back: {each}" for each in proof.losses])
    if proof.failure is not None and not spoken:
        yield Text(f"    it does not run: {printable(proof.failure.message)}")


def _some(lines: Sequence[str]) -> Iterator[Text]:
    for line in lines[:_SHOWN]:
        yield Text(f"    {printable(line)}")
    if len(lines) > _SHOWN:
        yield Text(f"    and {count(len(lines) - _SHOWN, 'more line')}", style="dim")


def _locks(trace: Sequence[StatementTrace]) -> Iterator[Text]:
    """Tell what others would wait for; what a statement only reads lightly is left to --json."""
    told = [*_heavy(trace)]
    if told:
        yield Text("locks on what was there before, until its migration is committed", style="bold")
    yield from told[:_MOST_STATEMENTS]
    if len(told) > _MOST_STATEMENTS:
        yield Text(f"  and {len(told) - _MOST_STATEMENTS} more: see --json", style="dim")


def _heavy(trace: Iterable[StatementTrace]) -> Iterator[Text]:
    """Yield a line for each lock that is new in its file, and for all that is written or read as a whole."""
    seen: set[tuple[str, HeldLock]] = set()
    for each in trace:
        for lock in each.locks:
            whole = "; rewritten" if lock.relation in each.rewrites else ""
            whole = whole or ("; read from end to end" if lock.relation in each.scans else "")
            if lock.mode in _HEAVY and (whole or (each.file, lock) not in seen):
                seen.add((each.file, lock))
                place = f"{printable(each.file.rpartition('/')[2])}:{each.line}"
                yield Text(f"  {place}  {lock.words} on {printable(lock.relation)}{whole}")
