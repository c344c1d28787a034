"""Who may do what, as a table that fits 80 columns."""

from typing import Final

from rich.text import Text

from orchestrator.cli.output import Output
from orchestrator.domain.matrix import Matrix
from orchestrator.probes.summary import Mark, Row, summarize

_LEGEND: Final = "select insert update delete; capital: every row; - denied ! error ? unknown"


def tell_matrix(output: Output, matrix: Matrix, before: Matrix | None = None) -> None:
    """Print a row for each relation and a column for each identity; `+` marks new relations."""
    summary = summarize(matrix, before)
    names = [_name(row) for row in summary.rows]
    widest = max((name.cell_len for name in names), default=0)
    head = "".join(f"  {identity:<{_width(identity)}}" for identity in summary.identities)
    output.say(Text(f"  {'':<{widest}}{head}".rstrip(), style="bold"))
    for name, row in zip(names, summary.rows, strict=True):
        line = Text("  ") + name
        line.append(" " * (widest - name.cell_len))
        for identity in summary.identities:
            line.append("  ")
            for mark in row.cells[identity]:
                line.append(_sign(mark), style=_style(mark, identity))
            line.append(" " * (_width(identity) - len(row.cells[identity])))
        line.rstrip()
        output.say(line)
    for gone in summary.gone:
        output.say(Text(f"  - {gone} is gone", style="dim"))
    output.say(Text(f"  {_LEGEND}", style="dim"))


def _name(row: Row) -> Text:
    return Text.assemble(("+ ", "green") if row.is_new else "  ", row.relation)


def _width(identity: str) -> int:
    return max(len(identity), 4)


def _sign(mark: Mark) -> str:
    return mark.sign if mark.every_row else mark.sign.lower()


def _style(mark: Mark, identity: str) -> str:
    """Colour what deserves a look: rows without limit for clients, errors, questions without an answer."""
    if mark.sign in "!?":
        return "bold red"
    if not mark.sign.isalpha():
        return "dim"
    return "bold yellow" if mark.every_row and identity != "service_role" else "green"
