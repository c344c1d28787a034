"""Who may do what, as a table that fits 80 columns."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from rich.text import Text

from orchestrator.cli.output import Output
from orchestrator.cli.report.printable import printable
from orchestrator.cli.words import count
from orchestrator.domain.matrix import Matrix
from orchestrator.probes.identities import CLIENTS, IDENTITIES
from orchestrator.probes.summary import LEGEND, Mark, Row, summarize

#: a table with less room for the names of relations is told in parts
_SHORTEST_NAME: Final = 16

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
    lines = [
        line
        for some in _side_by_side(summary.identities, output.width)
        for line in _table(rows, some, output)
    ]
    folded = len(summary.rows) - len(rows)
    if folded:
        lines.append(
            Text(f"    and {count(folded, 'more relation')} in which nothing deserves a look: --all")
        )
    lines += [Text(f"  - {gone} is gone", style="dim") for gone in summary.gone]
    lines += [Text(f"  {line}", style="dim") for line in LEGEND]
    output.lines(lines)


def _side_by_side(identities: Sequence[str], width: int) -> Iterator[tuple[str, ...]]:
    """Yield the columns of one table after the other: ours, and as many more as leave room for names."""
    some: list[str] = []
    for identity in identities:
        if len(some) >= len(IDENTITIES) and _room([*some, identity], width) < _SHORTEST_NAME:
            yield tuple(some)
            some = []
        some.append(identity)
    yield tuple(some)


def _room(identities: Sequence[str], width: int) -> int:
    return width - sum(_width(identity) + 2 for identity in identities) - 2


def _table(rows: Sequence[Row], identities: tuple[str, ...], output: Output) -> Iterator[Text]:
    names = [_name(row) for row in rows]
    widest = min(max((name.cell_len for name in names), default=0), max(0, _room(identities, output.width)))
    head = "".join(f"  {identity:<{_width(identity)}}" for identity in identities)
    yield Text(f"  {'':<{widest}}{head}".rstrip(), style="bold")
    for name, row in zip(names, rows, strict=True):
        yield from _lines(name, row, identities, widest)


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
