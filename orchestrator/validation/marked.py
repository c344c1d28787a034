"""A linter's mark beside the change that it is about."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.domain.finding import Finding
from orchestrator.domain.lint import Mark
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import Change, CreateTable, TableChange
from orchestrator.validation.hazard import weigh
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.rule import AnyRule


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """What a rule over a linter's marks is shown."""

    mark: Mark
    #: the change at its place; None where we read none there
    seen: Seen[Change] | None
    aftermath: Aftermath

    @property
    def place(self) -> tuple[int, int]:
        """Line and column."""
        return self.mark.line, self.mark.column

    @property
    def table(self) -> Name | None:
        """The table that it is about, if there is one."""
        change = self.seen.change if self.seen else None
        if isinstance(change, TableChange | CreateTable):
            return self.aftermath.world.named(change.table)
        return None

    @property
    def is_on_new_table(self) -> bool:
        """Tell whether these very files make the table: nobody waits for it, and it is empty."""
        return self.table is not None and self.table in self.aftermath.made

    def finding(self, rule: AnyRule, message: str, **more: Any) -> Finding:  # noqa: ANN401  # as Rule.finding
        """Report what was marked, at its place; the table's size decides how much a lock weighs."""
        finding = rule.finding(message, file=self.mark.path, at=self.place, about=self.table, **more)
        if rule.hazard is None or self.table is None:
            return finding
        return weigh(finding, rule.hazard, self.table, self.aftermath.terms)


def marked(marks: Sequence[Mark], aftermath: Aftermath) -> Iterator[Marked]:
    """Find for each mark the change that it is about: the last that begins at or before it."""
    by_path: dict[str, list[tuple[tuple[int, int], Seen[Change]]]] = defaultdict(list)
    paths = {mark.path for mark in marks}
    for seen in aftermath.seen:
        if seen.path in paths:
            by_path[seen.path].append((seen.place(), seen))
    for mark in marks:
        known = by_path[mark.path]
        before = bisect_right(known, (mark.line, mark.column), key=lambda each: each[0])
        yield Marked(mark=mark, seen=known[before - 1][1] if before else None, aftermath=aftermath)
