"""How the story looks: on a terminal with colours and a turning wheel, in a log as plain lines."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.rule import Rule
from rich.text import Text

from orchestrator.cli.demo.acts import Act, Push
from orchestrator.cli.demo.checks import Check
from orchestrator.cli.demo.repository import Pushed
from orchestrator.cli.output import Output

_FILE_STYLES = {"A": "green", "M": "yellow", "D": "red"}


class Told(Output):
    """A command's output, with the parts of a story."""

    def prose(self, text: str, style: str = "") -> None:
        """Print a paragraph."""
        self.say(f"  {text}", style, hang=0)

    def blank(self) -> None:
        """Leave a line free."""
        self.console.print()

    def act(self, act: Act) -> None:
        """Begin an act."""
        self.blank()
        title = Text.assemble((f"Act {act.number}", "bold cyan"), "  ", (act.headline, "bold"))
        self.console.print(Rule(title, align="left", style="dim"), width=self.width)
        self.prose(act.before, style="dim")

    def command(self, words: str) -> None:
        """Show what a person types."""
        self.say(Text.assemble("  ", ("$ ", "dim"), (words, "bold")))

    def pushed(self, push: Push, pushed: Pushed) -> None:
        """Show what is in a push, and what the hook said."""
        self.say(Text.assemble(f"    {push.author}: ", (push.subject, "italic")))
        rollbacks = [file for file in pushed.files if "/rollbacks/" in file]
        for file in (file for file in pushed.files if file not in rollbacks):
            kind, _, path = file.partition(" ")
            self.say(Text.assemble("    ", (kind, _FILE_STYLES.get(kind, "")), f" {path}"))
        self.say(f"      and {'its rollback' if len(rollbacks) == 1 else f'{len(rollbacks)} rollbacks'}")
        for line in pushed.remote:
            self.say(Text(f"    {line}", style="dim"))

    def checks(self, checks: Iterable[Check]) -> None:
        """Show what was looked at afterwards."""
        self.say("  afterwards:", style="bold")
        for check in checks:
            mark, style = ("✓", "green") if check.holds else ("✗", "bold red")
            self.say(Text.assemble((f"    {mark} ", style), check.words))

    def rows(self, title: Sequence[str], rows: Iterable[Sequence[Text]]) -> None:
        """Print a table by hand: it has to fit 80 columns and look the same in a log."""
        cells = [[Text(word, style="bold") for word in title], *rows]
        widths = [max(cell.cell_len for cell in column) for column in zip(*cells, strict=True)]
        for row in cells:
            line = Text("  ")
            for cell, width in zip(row, widths, strict=True):
                line += cell
                line.append(" " * (width - cell.cell_len + 2))
            line.rstrip()
            self.console.print(line, soft_wrap=True)

    @contextmanager
    def busy(self, what: str) -> Iterator["Wheel"]:
        """Turn a wheel on a terminal while something is going on."""
        if not self.console.is_terminal:
            yield Wheel()
            return
        with self.console.status(Text(what, style="dim"), spinner="dots") as status:
            yield Wheel(status.update)


class Wheel:
    """What the wheel says."""

    def __init__(self, update: Callable[[Text], None] | None = None) -> None:
        self._update = update

    def says(self, what: str) -> None:
        """Change it."""
        if self._update is not None:
            self._update(Text(what, style="dim"))
