"""Which locks one transaction for all pending files would hold, and for how long."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.shape import Name
from orchestrator.validation.hazard import Blocks, Work, duration, figures, seconds_of, severity_of
from orchestrator.validation.moment import size_of
from orchestrator.validation.rehearsal.deed import Deed, Held
from orchestrator.validation.rehearsal.evidence import Evidence, named
from orchestrator.validation.rule import Rule
from orchestrator.validation.terms import Terms


@dataclass(frozen=True, kw_only=True, slots=True)
class _Hold:
    """One lock, from its statement to the end of all files."""

    table: Name
    lock: Held
    deed: Deed
    #: by estimate
    seconds: float

    @property
    def weight(self) -> tuple[float, bool]:
        """How much it keeps others out."""
        return self.seconds, self.lock.blocks is Blocks.EVERYTHING

    def words(self, terms: Terms) -> str:
        """Say it for people."""
        size = size_of(self.table, terms)
        what = f"{self.table} ({figures(size)})" if size else str(self.table)
        long = severity_of(self.seconds, terms) is not Severity.NOTE
        time = f"about {duration(self.seconds)}" if long else "a moment"
        return f"{what} in {self.lock.words} mode for {time}"


def check(evidence: Evidence) -> Iterator[Finding]:
    """Report all of them at once, the longest first; an error where only that they are one makes it long."""
    rehearsal, terms = evidence.rehearsal, evidence.terms
    if not terms.atomic or rehearsal.failed is not None or rehearsal.apart_because is not None:
        return
    holds = sorted(_longest(evidence).values(), key=lambda hold: hold.weight, reverse=True)
    if not holds:
        return
    alone = _alone(evidence)
    too_long = [hold for hold in holds if hold.seconds >= terms.longest_block_seconds > alone[hold.table]]
    first = (too_long or holds)[0]
    locks = named([hold.words(terms) for hold in holds])
    yield RULE.finding(
        f"One transaction for all files holds {locks}",
        file=first.deed.file,
        at=first.deed.place,
        about=first.table,
        severity=Severity.ERROR if too_long else None,
    )


def _longest(evidence: Evidence) -> Mapping[Name, _Hold]:
    """Return the lock of each table that keeps others out the longest; of equal ones the strongest."""
    found: dict[Name, _Hold] = {}
    for deed, seconds in zip(evidence.deeds, _left(evidence, in_file=False), strict=True):
        for table in deed.locked:
            hold = _Hold(table=table, lock=deed.held[table], deed=deed, seconds=seconds)
            if table not in found or hold.weight > found[table].weight:
                found[table] = hold
    return found


def _alone(evidence: Evidence) -> Mapping[Name, float]:
    """Return for how long each table would be held if every file were a transaction of its own."""
    found: dict[Name, float] = defaultdict(float)
    for deed, seconds in zip(evidence.deeds, _left(evidence, in_file=True), strict=True):
        for table in (*deed.locked, *deed.rewritten, *deed.scanned):
            found[table] = max(found[table], seconds)
    return found


def _left(evidence: Evidence, *, in_file: bool) -> Sequence[float]:
    """Estimate how long it takes from the beginning of each statement to the end of its file, or of all."""
    found: list[float] = []
    behind: Deed | None = None
    for deed in reversed(evidence.deeds):
        goes_on = behind is not None and not (in_file and behind.file != deed.file)
        found.append(_seconds(deed, evidence.terms) + (found[-1] if goes_on else 0))
        behind = deed
    return found[::-1]


def _seconds(deed: Deed, terms: Terms) -> float:
    """Estimate what a statement takes on the target."""
    rewritten = () if deed.empties else deed.rewritten
    works = [(table, Work.REWRITE) for table in rewritten] + [(table, deed.work) for table in deed.scanned]
    sizes = [(size_of(table, terms), work) for table, work in works]
    return sum(seconds_of(work, size) for size, work in sizes if size)


RULE: Rule[Evidence] = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="The target says atomic = true, and the one transaction for all files locks tables",
    effect="Each lock is held until the last file has run, the probes have passed, and all is committed",
    remedy="Deploy fewer files at once; or let each be a transaction of its own: atomic = false",
    check=check,
    source=Source.REHEARSAL,
    needs_target=True,
)
