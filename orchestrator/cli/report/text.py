"""The report as people read it: by file, the worst first, each finding with its line and the way out.

What repeats is cut short, in this form only; an error never is.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from rich.text import Text

from orchestrator.actions.reviewing import Report
from orchestrator.cli.output import SEVERITY, Output
from orchestrator.cli.report.excerpt import excerpt
from orchestrator.cli.report.printable import printable
from orchestrator.cli.words import count
from orchestrator.domain.finding import Finding, Severity, Verdict
from orchestrator.validation.sql_text import SqlText

#: so often a rule is told in one file, and in so many files about one as a whole; what is beyond is counted
_TOLD: Final = 5
#: in so many files the same effect and the same way out are told
_EXPLAINED: Final = 3
#: a line with a finding of this rule is never shown
_SECRET: Final = "hardcoded-secret"
_HIDDEN: Final = "not shown: it holds a secret"
_VERDICT: Final = {Verdict.PASS: "bold green", Verdict.REFUSE: "bold red"}


def tell(output: Output, report: Report, *, target: str | None = None, see: str = "--all") -> None:
    """Print the report; what nobody found anything in takes one line.

    `see` judges what the target has already, too.
    """
    line = verdict_line(report.verdict, report.findings, count(report.files, "file"))
    if report.applied:
        line.append(f"; {target} has {report.applied} more already (see {see})", style="dim")
    output.lines([*finding_lines(report.findings, report.files, output.width), line])


def finding_lines(findings: Iterable[Finding], files: Mapping[str, SqlText], width: int) -> Iterator[Text]:
    """Yield findings by file, an empty line after each file, and what was cut short."""
    explained = Counter[str]()
    told, more = _cut(findings)
    for path, some in _by_file(told):
        yield from _Page(width, files.get(path or ""), some, explained).lines(path)
        yield Text()
    for rule, number in more.items():
        yield Text(f"and {rule} in {count(number, 'more file')}: --json names them all", style="dim")
    if more:
        yield Text()


def verdict_line(verdict: Verdict, findings: Iterable[Finding], where: str) -> Text:
    """Sum up: refuse: 2 errors, 1 note in 14 files."""
    counts = Counter(finding.severity for finding in findings)
    told = ", ".join(count(counts[each], each.value) for each in Severity if counts[each])
    return Text.assemble((verdict.value, _VERDICT[verdict]), f": {told or 'nothing found'} in {where}")


def _cut(findings: Iterable[Finding]) -> tuple[Sequence[Finding], Counter[str]]:
    """Leave out what a rule has said about enough files as a whole; count those that are left out."""
    told: list[Finding] = []
    seen, more = Counter[str](), Counter[str]()
    for finding in findings:
        if finding.file is not None and finding.line is None and finding.severity is not Severity.ERROR:
            seen[finding.rule] += 1
            if seen[finding.rule] > _TOLD:
                more[finding.rule] += 1
                continue
        told.append(finding)
    return told, more


def _by_file(findings: Iterable[Finding]) -> Iterator[tuple[str | None, Sequence[Finding]]]:
    """Group findings; they come worst first, so the file with the worst one comes first."""
    groups: dict[str | None, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.file, []).append(finding)
    yield from groups.items()


class _Page:
    """What is told about one file."""

    def __init__(
        self, width: int, file: SqlText | None, findings: Sequence[Finding], explained: Counter[str]
    ) -> None:
        self._width = width
        self._file = file
        self._findings = findings
        self._explained = explained
        self._secret = {finding.line for finding in findings if finding.rule == _SECRET}

    def lines(self, path: str | None) -> Iterator[Text]:
        """Yield the lines; below its name, where the findings are about a file."""
        if path is not None:
            yield Text(printable(path), style="bold")
        told, more = Counter[str](), Counter[str]()
        said: set[str] = set()
        for finding in self._findings:
            told[finding.rule] += 1
            if told[finding.rule] <= _TOLD or finding.severity is Severity.ERROR:
                yield from self._finding(finding, said)
            else:
                more[finding.rule] += 1
        self._explained.update(said)
        for rule, number in more.items():
            yield Text(f"  and {number} more of {rule}", style="dim")

    def _finding(self, finding: Finding, said: set[str]) -> Iterator[Text]:
        """Tell one finding; what it does and the way out once in a file, and in a few files."""
        word, style = SEVERITY[finding.severity]
        yield Text.assemble("  ", (word, style), f" {finding.rule}: ", printable(finding.message))
        yield from self._place(finding, style)
        if self._is_new(finding.effect, said):
            yield Text(f"    {printable(finding.effect)}")
        if self._is_new(finding.remedy, said):
            yield Text.assemble("    ", ("do: ", "bold"), printable(finding.remedy))

    def _is_new(self, words: str, said: set[str]) -> bool:
        if not words or words in said or self._explained[words] >= _EXPLAINED:
            return False
        said.add(words)
        return True

    def _place(self, finding: Finding, style: str) -> Iterator[Text]:
        if finding.line is None:
            return
        number = f"    {finding.line} | "
        if finding.line in self._secret:
            yield Text.assemble((number, "dim"), _HIDDEN)
            return
        if 0 < finding.line <= len(self._lines):
            sql = self._lines[finding.line - 1].rstrip("\r")
            shown, before = excerpt(sql, finding.column or 1, self._width - len(number))
            yield Text.assemble((number, "dim"), shown)
            if finding.column:
                yield Text.assemble((" " * (len(number) - 2) + "| ", "dim"), " " * before, ("^", style))

    @cached_property
    def _lines(self) -> list[str]:
        if self._file is None:
            return []
        text = self._file.text
        # what is no UTF-8 has its place in characters all the same: what cannot be read counts as one
        return (self._file.content.decode("utf-8-sig", "replace") if text is None else text).split("\n")
