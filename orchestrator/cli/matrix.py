"""Who may do what, as a table that fits 80 columns."""

from collections.abc import Collection, Iterator
from typing import Final

from rich.text import Text

from orchestrator.cli.output import Output
from orchestrator.cli.report.printable import printable
from orchestrator.cli.words import count
from orchestrator.domain.matrix import Matrix
from orchestrator.probes.identities import CLIENTS
from orchestrator.probes.summary import LEGEND, Mark, Row, summarize

#: with more relations than this, those in which nothing deserves a look may be counted instead
MANY: Final = 40


def tell_matrix(
    output: Output,
    matrix: Matrix,
    before: Matrix | None = None,
    *,
    worth_a_look: Collection[str] | None = None,
) -> None:
    """Print a row for each relation and a column for each identity; `+` marks new relations.

    `worth_a_look` are the relations that are told in any case; with them, many others are only counted when
    they do not go beyond anybody's own rows. None: all are told.
    """
    summary = summarize(matrix, before)
    rows = [
        row
        for row in summary.rows
        if worth_a_look is None
        or len(summary.rows) <= MANY
        or row.relation in worth_a_look
        or _deserves_a_look(row)
    ]
    room = output.width - sum(_width(identity) + 2 for identity in summary.identities) - 2
    names = [_name(row) for row in rows]
    widest = min(max((name.cell_len for name in names), default=0), room)
    head = "".join(f"  {identity:<{_width(identity)}}" for identity in summary.identities)
    lines = [Text(f"  {'':<{widest}}{head}".rstrip(), style="bold")]
    for name, row in zip(names, rows, strict=True):
        lines += _lines(name, row, summary.identities, widest)
    folded = len(summary.rows) - len(rows)
    if folded:
        lines.append(
            Text(f"    and {count(folded, 'more relation')} in which nothing deserves a look: --all")
        )
    lines += [Text(f"  - {gone} is gone", style="dim") for gone in summary.gone]
    lines += [Text(f"  {line}", style="dim") for line in LEGEND]
    output.lines(lines)


def _lines(name: Text, row: Row, identities: tuple[str, ...], widest: int) -> Iterator[Text]:
    """Yield the row; a name that leaves no room for the cells has a line of its own."""
    if name.cell_len > widest:
        yield Text("  ") + name
        name = Text()
    line = Text("  ") + name
    line.append(" " * (widest - name.cell_len))
    for identity in identities:
        line.append("  ")
        for mark in row.cells[identity]:
            line.append(mark.letter, style=_style(mark, identity))
        line.append(" " * (_width(identity) - len(row.cells[identity])))
    line.rstrip()
    yield line


def _deserves_a_look(row: Row) -> bool:
    clients = (mark for identity in row.cells if identity in CLIENTS for mark in row.cells[identity])
    return row.changed or any(mark.every_row or mark.strangers or mark.sign in "!?" for mark in clients)


def _name(row: Row) -> Text:
    return Text.assemble(("+ ", "green") if row.is_new else "  ", printable(row.relation))


def _width(identity: str) -> int:
    return max(len(identity), 4)


def _style(mark: Mark, identity: str) -> str:
    """Colour what deserves a look: rows of others for clients, errors, questions without an answer."""
    if mark.sign in "!?":
        return "bold red"
    if not mark.sign.isalpha():
        return "dim"
    return "bold yellow" if mark.letter.isupper() and identity in CLIENTS else "green"
