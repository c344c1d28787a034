"""What commands print: for people by default, one JSON value with --json."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from orchestrator.adapters.json_form import to_json
from orchestrator.domain.deployment import Deployment, Outcome, Status
from orchestrator.domain.errors import BasculeError, Failure
from orchestrator.domain.finding import Finding, Severity, worst_first

_STATUS = {
    Status.WAITING: ("waiting", "cyan"),
    Status.RUNNING: ("running", "blue"),
    Status.SUCCEEDED: ("succeeded", "green"),
    Status.REFUSED: ("refused", "yellow"),
    Status.FAILED: ("failed", "red"),
    Status.ROLLED_BACK: ("rolled back", "magenta"),
    Status.STUCK: ("STUCK", "bold white on red"),
    Status.SUPERSEDED: ("superseded", "dim"),
    Status.CANCELLED: ("cancelled", "dim"),
}
OUTCOME = {
    Outcome.PASSED: ("✓", "green"),
    Outcome.REFUSED: ("✗", "yellow"),
    Outcome.FAILED: ("✗", "red"),
    Outcome.SKIPPED: ("–", "dim"),
}
SEVERITY = {
    Severity.ERROR: ("error", "red"),
    Severity.WARNING: ("warning", "yellow"),
    Severity.NOTE: ("note", "dim"),
}

_WIDEST = 100
_WORD = re.compile(r"\S+\s*")
_HANG = 2
_UNBROKEN = 10_000

#: what a finished deployment makes a command exit with
EXIT = {
    Status.SUCCEEDED: 0,
    Status.WAITING: 0,
    Status.SUPERSEDED: 0,
    Status.RUNNING: 4,
    Status.REFUSED: 1,
    Status.CANCELLED: 1,
    Status.FAILED: 3,
    Status.ROLLED_BACK: 3,
    Status.STUCK: 3,
}


class Output:
    """Where a command's words go: results to stdout, everything else to stderr.

    Colours only on a terminal. A long line goes on below, a little further in: 80 columns in a log, at most
    100 on a terminal.
    """

    def __init__(self, *, as_json: bool) -> None:
        """With --json standard output stays one value."""
        self.as_json = as_json

    @cached_property
    def out(self) -> Console:
        """Standard output."""
        return Console(highlight=False)

    @cached_property
    def err(self) -> Console:
        """Standard error."""
        return Console(stderr=True, highlight=False)

    @property
    def console(self) -> Console:
        """Where a person reads on the way."""
        return self.err if self.as_json else self.out

    @property
    def width(self) -> int:
        """Columns that a line may take."""
        return min(self.console.width, _WIDEST)

    def result(self, value: object) -> None:
        """Print the one JSON value of a command."""
        sys.stdout.write(json.dumps(to_json(value), indent=2, ensure_ascii=False) + "\n")

    def say(self, text: str | Text, style: str = "", *, hang: int = _HANG) -> None:
        """Tell something on the way."""
        self._lay(self.console, text, style, hang)

    @contextmanager
    def waiting(self) -> Iterator[Callable[[str], None]]:
        """Show what takes its time, on a terminal only; what is shown goes away again."""
        if not self.err.is_terminal:
            yield lambda _: None
            return
        with self.err.status("") as status:
            yield lambda text: status.update(Text(text, style="dim"))

    def note(self, text: str, style: str = "") -> None:
        """Tell something beside the result, where that may go into a file."""
        self._lay(self.err, text, style, _HANG)

    def lines(self, texts: Iterable[Text]) -> None:
        """Print many lines at once: rich takes its time for each, in vain where there are no colours."""
        laid: list[Text] = []
        width = self.width
        for text in texts:
            laid += [text] if text.cell_len <= width else self._laid(text, "", _HANG)
        if self.console.color_system is None:
            self.console.file.write("".join(f"{line.plain}\n" for line in laid))
        else:
            self.console.print(Text("\n").join(laid), soft_wrap=True)

    def error(self, error: BasculeError) -> None:
        """Tell what went wrong and what to do."""
        if self.as_json:
            self.result({"error": to_json(Failure.of(error))})
            return
        for line in error.message.splitlines():
            first = line == error.message.splitlines()[0]
            self._lay(self.err, Text.assemble(("error: " if first else "", "bold red"), line), "", _HANG)
        if error.remedy:
            self._lay(self.err, Text.assemble("  ", ("do: ", "bold"), error.remedy), "", _HANG)

    def failure(self, failure: Failure) -> None:
        """Tell a failure and its remedy, below the stage that it ended."""
        self.say(Text.assemble("      ", ("error: ", "bold red"), failure.message))
        if failure.remedy:
            self.say(Text.assemble("      ", ("do: ", "bold"), failure.remedy))

    def findings(self, findings: Iterable[Finding]) -> None:
        """Tell findings, worst first, below the stage that they belong to."""
        for finding in worst_first(findings):
            word, style = SEVERITY[finding.severity]
            self.say(Text.assemble("      ", (word, style), f" {finding.rule}: ", finding.message))
            place = ":".join(str(part) for part in (finding.file, finding.line, finding.column) if part)
            if place and place not in finding.message:
                self.say(Text(f"        at {place}", style="dim"))
            if finding.severity is Severity.NOTE:
                continue
            if finding.effect:
                self.say(Text(f"        {finding.effect}"))
            if finding.remedy:
                self.say(Text.assemble("        ", ("do: ", "bold"), finding.remedy))

    def _lay(self, console: Console, text: str | Text, style: str, hang: int) -> None:
        for line in self._laid(text, style, hang):
            console.print(line, soft_wrap=True)

    def _laid(self, text: str | Text, style: str, hang: int) -> Iterator[Text]:
        """Yield a line; where it is too long, wrapped below its own beginning."""
        whole = text.copy() if isinstance(text, Text) else Text(text)
        whole.rstrip()
        whole.stylize(style)
        if whole.cell_len <= self.width:
            yield whole
            return
        indent = len(whole.plain) - len(whole.plain.lstrip())
        rest = whole[indent:]
        for number, line in enumerate(rest.divide(_breaks(rest.plain, self.width - indent - hang))):
            line.rstrip()
            yield Text(" " * (indent + (hang if number else 0))) + line

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Print rows under their headings."""
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
        if self.out.is_terminal:
            self.out.print(table)
            return
        # in a pipe a row is a line, for somebody greps; a console folds at its own width, whatever it is told
        wide = Console(highlight=False, file=self.out.file, width=_UNBROKEN)
        with wide.capture() as captured:
            wide.print(table)
        self.out.file.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def _breaks(text: str, width: int) -> list[int]:
    """Return where lines of this width begin; a word that is too long stays whole: people copy paths."""
    breaks, used = [], 0
    for word in _WORD.finditer(text):
        if used and used + cell_len(word[0].rstrip()) > width:
            breaks.append(word.start())
            used = 0
        used += cell_len(word[0])
    return breaks


def status_text(deployment: Deployment) -> Text:
    """Put a status into a word and a colour."""
    word, style = _STATUS[deployment.status]
    if deployment.status is Status.WAITING and deployment.waiting_for:
        word = f"waiting for {deployment.waiting_for}"
    if deployment.status is Status.RUNNING:
        word = f"running: {deployment.stage}{', a lock is in the way' if deployment.is_blocked else ''}"
    return Text(word, style=style)
