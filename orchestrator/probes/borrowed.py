"""What made-up rows showed on a copy, lent to the matrix of the target that it is a copy of."""

from collections.abc import Iterator
from dataclasses import replace

from orchestrator.domain.matrix import Basis, Cell, ExposedRelation, Matrix
from orchestrator.probes.seen import by_name


def borrowed(matrix: Matrix, shown: Matrix) -> Matrix:
    """Return the matrix with those answers of the other that rest on rows, where its own leave rows open."""
    rows = by_name(shown)
    return replace(
        matrix,
        relations=tuple(
            _lent(relation, rows[relation.name]) if relation.name in rows else relation
            for relation in matrix.relations
        ),
    )


def _lent(relation: ExposedRelation, shown: ExposedRelation) -> ExposedRelation:
    return replace(relation, owned=shown.owned, founded=shown.founded, cells=tuple(_cells(relation, shown)))


def _cells(relation: ExposedRelation, shown: ExposedRelation) -> Iterator[Cell]:
    tried = {(cell.identity, cell.command): cell for cell in shown.cells if cell.reach}
    known = {(cell.identity, cell.command) for cell in relation.cells}
    for cell in relation.cells:
        yield tried.get((cell.identity, cell.command), cell) if cell.basis is Basis.LIMITED else cell
    # an identity that only made-up rows know
    yield from (cell for key, cell in tried.items() if key not in known)
