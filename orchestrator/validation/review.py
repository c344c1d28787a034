"""Review migrations as a whole: every rule over every change, in the world that the changes before it left.

SQL text in, findings out. The linter runs beside the reading; what it marks is judged at the end.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from orchestrator.domain.errors import Unavailable
from orchestrator.domain.finding import Finding, Severity, worst_first
from orchestrator.domain.lint import Mark
from orchestrator.domain.shape import Name
from orchestrator.validation import changes
from orchestrator.validation.changes import Change
from orchestrator.validation.marked import marked
from orchestrator.validation.moment import Aftermath, Moment, Seen, see
from orchestrator.validation.permission import permissions_in
from orchestrator.validation.rules import (
    AFTERMATH_RULES,
    FILE_RULES,
    LINT_RULES,
    MOMENT_RULES,
    linter_missing,
)
from orchestrator.validation.settling import settled
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms
from orchestrator.validation.world.certainty import forget_all
from orchestrator.validation.world.effects import carry_out
from orchestrator.validation.world.world import World

#: reads files (text by path) and returns what it marks; raises Unavailable
Lint = Callable[[Mapping[str, str]], Sequence[Mark]]


def review(
    files: Sequence[SqlText],
    terms: Terms,
    *,
    earlier: Iterable[SqlText] = (),
    undone: Iterable[SqlText] = (),
    rollbacks: Iterable[SqlText] = (),
    applied: frozenset[str] = frozenset(),
    lint: Lint | None = None,
    answers: Callable[[], Iterable[Finding]] = tuple,
) -> tuple[Finding, ...]:
    """Return what the rules see in these migrations, worst first. Never raises, whatever the files hold.

    `earlier` are migrations that went before and are not judged; they only tell what is there, which a
    survey in the terms tells better. `undone` runs before all of it and is not judged either. `rollbacks` are
    read for what would keep them from running, and no more. `applied` are paths of files that the target has
    already: their findings are notes. `answers` gives the findings of the preflight, so that authors may
    allow them like all others.
    """
    with ThreadPoolExecutor(max_workers=1) as beside:
        marks = beside.submit(lint, {file.path: file.text for file in files if file.text}) if lint else None
        reading = _Reading(terms=terms, world=_world(earlier, undone, terms), applied=applied)
        for file in files:
            reading.read(file)
        aftermath = reading.aftermath()
        findings = (
            *reading.findings,
            *(finding for rule in AFTERMATH_RULES for finding in rule.check(aftermath)),
            *answers(),
            *_of_marks(marks, aftermath),
            *chain.from_iterable(_of_file(file) for file in rollbacks),
        )
    permissions = [permission for file in files for permission in permissions_in(file)]
    with_linter = lint is not None and all(finding.rule != linter_missing.RULE.id for finding in findings)
    kept = settled(findings, permissions, terms, with_linter=with_linter)
    return worst_first(_lightened(finding, applied) for finding in kept)


def _world(earlier: Iterable[SqlText], undone: Iterable[SqlText], terms: Terms) -> World:
    world = World(terms.survey.shape if terms.survey else None)
    for file in (*(earlier if terms.survey is None else ()), *undone):
        world.begin_file()
        for part in file.parts:
            if file.hides(part):
                forget_all(world)
            for change in part.parsed.changes:
                carry_out(change, world)
    world.begin_review()
    return world


def _of_file(file: SqlText) -> Iterator[Finding]:
    return (finding for rule in FILE_RULES for finding in rule.check(file))


def _of_marks(marks: "Future[Sequence[Mark]] | None", aftermath: Aftermath) -> Iterator[Finding]:
    if marks is None:
        return
    try:
        found = marks.result()
    except Unavailable as error:
        yield from linter_missing.RULE.check(error)
        return
    for one in marked(found, aftermath):
        for rule in LINT_RULES:
            if one.mark.name in rule.marks and not (rule.hazard and one.is_applied):
                yield from rule.check(one)


def _lightened(finding: Finding, applied: frozenset[str]) -> Finding:
    """Let nothing refuse that the target has already: no edit of a file takes it back."""
    return replace(finding, severity=Severity.NOTE) if finding.file in applied else finding


@dataclass(kw_only=True)
class _Reading:
    """One pass over the files."""

    terms: Terms
    world: World
    applied: frozenset[str]
    findings: list[Finding] = field(default_factory=list)
    seen: list[Seen[Change]] = field(default_factory=list)
    made: dict[Name, Seen[Change]] = field(default_factory=dict)
    pending: list[SqlText] = field(default_factory=list)

    def read(self, file: SqlText) -> None:
        """Judge a file and carry it out on paper; what the target has of it, the survey has told.

        Without a target nobody knows which files were applied long ago: each is judged as a deployment of its
        own, to which what the files before it have made is old, with readers and rows.
        """
        if self.terms.survey is None:
            self.world.begin_review()
        if not self._is_applied(file):
            self.pending.append(file)
        self.findings.extend(_of_file(file))
        self.world.begin_file(reads_in_part=file.is_read_in_part)
        earlier: list[Seen[Change]] = []
        for part in file.parts:
            if file.hides(part):
                forget_all(self.world)
            for change in part.parsed.changes:
                seen = see(change, file, part, self.world, is_applied=self._is_applied(file))
                self._judge(self._moment(seen, earlier))
                if not self._is_applied(file):
                    self._follow(seen)
                earlier.append(seen)
        self.seen.extend(earlier)

    def aftermath(self) -> Aftermath:
        """Return what all files have left behind."""
        return Aftermath(
            world=self.world, terms=self.terms, seen=self.seen, made=self.made, pending=self.pending
        )

    def _moment(self, seen: Seen[Change], earlier: Sequence[Seen[Change]]) -> Moment[Change]:
        return Moment(
            seen=seen,
            world=self.world,
            terms=self.terms,
            earlier=earlier,
            past=self.seen,
            is_applied=self._is_applied(seen.file),
        )

    def _is_applied(self, file: SqlText) -> bool:
        return self.terms.survey is not None and file.path in self.applied

    def _judge(self, moment: Moment[Change]) -> None:
        for rule in _RULES_BY_CHANGE.get(type(moment.change), ()):
            if not (rule.hazard and moment.is_applied):
                self.findings.extend(rule.check(moment))

    def _follow(self, seen: Seen[Change]) -> None:
        """Carry a change out, and remember where what it makes was made."""
        change, moved = seen.change, None
        if isinstance(change, changes.Rename | changes.SetSchema):
            moved = self.world.named(change.name)
        before = len(self.world.fresh)
        carry_out(change, self.world)
        if moved in self.made and moved not in self.world.tables:
            self._move(moved, change)
        elif len(self.world.fresh) > before:
            newest = islice(reversed(self.world.fresh), len(self.world.fresh) - before)
            self.made |= dict.fromkeys(newest, seen)

    def _move(self, old: Name, change: Change) -> None:
        if isinstance(change, changes.SetSchema):
            new = Name(change.schema, old.name)
        else:
            assert isinstance(change, changes.Rename)
            new = Name(old.schema, change.new)
        self.made[new] = self.made.pop(old)


_RULES_BY_CHANGE = {
    kind: tuple(rule for rule in MOMENT_RULES if kind in rule.looks_at)
    for kind in {kind for rule in MOMENT_RULES for kind in rule.looks_at}
}
