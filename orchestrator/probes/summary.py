"""A matrix in rows for people: a relation each, identities as columns, four letters in a cell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from orchestrator.domain.matrix import Basis, Cell, CellResult, Command, ExposedRelation, Matrix
from orchestrator.probes.difference import Shift, shift
from orchestrator.probes.identities import ANON, PRIVILEGED, SERVICE_ROLE, USER_A, USER_B
from orchestrator.probes.seen import by_name

#: what the signs of a cell mean
LEGEND: Final = (
    "select insert update delete; SIUD: of others too, siud: own rows, or some;",
    "- denied ! error ? unknown",
)

_COLUMNS: Final = (ANON, USER_A, USER_B, PRIVILEGED, SERVICE_ROLE)
_SIGNS: Final = {CellResult.DENY: "-", CellResult.ERROR: "!", CellResult.UNKNOWN: "?"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """One command of one identity."""

    command: Command
    #: S, I, U or D where it is allowed, else one of - ! ?; a space where it can never be carried out
    sign: str
    #: which way it moved since the earlier matrix
    shift: Shift | None = None
    #: allowed, and nothing limits the rows
    every_row: bool = False
    #: allowed, and made-up rows of strangers were reached
    strangers: bool = False

    @property
    def letter(self) -> str:
        """The sign as people read it: a capital says that it goes beyond one's own rows."""
        return self.sign if self.every_row or self.strangers else self.sign.lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One relation."""

    relation: str
    kind: str
    row_security: bool
    #: not in the earlier matrix; False where there is none
    is_new: bool
    #: four marks for each identity of the summary, in the order of Command
    cells: Mapping[str, tuple[Mark, ...]]

    def text(self, identity: str) -> str:
        """Return a cell as four characters: "SI-!"."""
        return "".join(mark.sign for mark in self.cells[identity])

    @property
    def changed(self) -> bool:
        """It is new, or something moved."""
        return self.is_new or any(mark.shift for marks in self.cells.values() for mark in marks)


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """A matrix, or the difference of two."""

    #: the columns that any relation has cells for, in their order; those of the settings come last
    identities: tuple[str, ...]
    rows: tuple[Row, ...]
    #: relations that only the earlier matrix has
    gone: tuple[str, ...] = ()


def summarize(matrix: Matrix, before: Matrix | None = None) -> Summary:
    """Compress a matrix; with an earlier one, mark what moved."""
    present = dict.fromkeys(cell.identity for relation in matrix.relations for cell in relation.cells)
    ours = [identity.name for identity in _COLUMNS if identity.name in present]
    identities = (*ours, *(name for name in present if name not in ours))
    earlier = by_name(before) if before else None
    rows = tuple(_row(relation, identities, earlier) for relation in matrix.relations)
    gone = sorted((earlier or {}).keys() - by_name(matrix).keys())
    return Summary(identities=identities, rows=rows, gone=tuple(gone))


def _row(
    relation: ExposedRelation, identities: tuple[str, ...], earlier: Mapping[str, ExposedRelation] | None
) -> Row:
    before = earlier.get(relation.name) if earlier is not None else None
    return Row(
        relation=relation.name,
        kind=relation.kind,
        row_security=relation.row_security,
        is_new=earlier is not None and before is None,
        cells={identity: tuple(_marks(identity, relation, before)) for identity in identities},
    )


def _marks(identity: str, relation: ExposedRelation, before: ExposedRelation | None) -> Iterator[Mark]:
    now, then = _of(identity, relation), _of(identity, before)
    for command in Command:
        cell = now.get(command)
        yield Mark(
            command=command,
            sign=_sign(cell),
            shift=shift(then.get(command), cell),
            every_row=cell is not None and cell.basis is Basis.EVERY_ROW,
            strangers=cell is not None and cell.reach is not None and bool(cell.reach.others),
        )


def _of(identity: str, relation: ExposedRelation | None) -> dict[Command, Cell]:
    cells = relation.cells if relation else ()
    return {cell.command: cell for cell in cells if cell.identity == identity}


def _sign(cell: Cell | None) -> str:
    if cell is None:
        return " "
    return _SIGNS.get(cell.result, cell.command[0].upper())
