"""The report as people read it: by file, the worst first, each finding with its line and the way out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
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

#: so often a rule is told in one file; what is beyond is counted
_TOLD: Final = 5
#: a line with a finding of this rule is never shown
_SECRET: Final = "hardcoded-secret"
_HIDDEN: Final = "not shown: it holds a secret"
_VERDICT: Final = {Verdict.PASS: "bold green", Verdict.REFUSE: "bold red"}


def tell(output: Output, report: Report, *, target: str | None = None) -> None:
    """Print the report; what nobody found anything in takes one line."""
    lines: list[Text] = []
    for path, findings in _by_file(report.findings):
        page = _Page(output.width, report.files.get(path or ""), findings)
        lines += [*page.lines(path), Text()]
    output.lines([*lines, _verdict(report, target)])


def _by_file(findings: Iterable[Finding]) -> Iterator[tuple[str | None, Sequence[Finding]]]:
    """Group findings; they come worst first, so the file with the worst one comes first."""
    groups: dict[str | None, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.file, []).append(finding)
    yield from groups.items()


def _verdict(report: Report, target: str | None) -> Text:
    counts = Counter(finding.severity for finding in report.findings)
    told = ", ".join(count(counts[each], each.value) for each in Severity if counts[each])
    line = Text.assemble(
        (report.verdict.value, _VERDICT[report.verdict]),
        f": {told or 'nothing found'} in {count(report.files, 'file')}",
    )
    if report.applied:
        line.append(f"; {target} has {report.applied} more already (see --all)", style="dim")
    return line


class _Page:
    """What is told about one file."""

    def __init__(self, width: int, file: SqlText | None, findings: Sequence[Finding]) -> None:
        self._width = width
        self._file = file
        self._findings = findings
        self._secret = {finding.line for finding in findings if finding.rule == _SECRET}

    def lines(self, path: str | None) -> Iterator[Text]:
        """Yield the lines; below its name, where the findings are about a file."""
        if path is not None:
            yield Text(printable(path), style="bold")
        told = Counter[str]()
        said: set[tuple[str, str]] = set()
        for finding in self._findings:
            told[finding.rule] += 1
            if told[finding.rule] <= _TOLD:
                yield from self._finding(finding, said)
        for rule, number in told.items():
            if number > _TOLD:
                yield Text(f"  and {number - _TOLD} more of {rule}", style="dim")

    def _finding(self, finding: Finding, said: set[tuple[str, str]]) -> Iterator[Text]:
        """Tell one finding; what it does and the way out only once, where many have the same."""
        word, style = SEVERITY[finding.severity]
        yield Text.assemble("  ", (word, style), f" {finding.rule}: ", printable(finding.message))
        yield from self._place(finding, style)
        if (finding.effect, finding.remedy) in said:
            return
        said.add((finding.effect, finding.remedy))
        if finding.effect:
            yield Text(f"    {printable(finding.effect)}")
        if finding.remedy:
            yield Text.assemble("    ", ("do: ", "bold"), printable(finding.remedy))

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
        return ((self._file.text if self._file else None) or "").split("\n")
