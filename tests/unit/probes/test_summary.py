from orchestrator.domain.matrix import Basis, Cell, CellResult, Command, ExposedRelation, Matrix
from orchestrator.probes.difference import Shift
from orchestrator.probes.summary import summarize
from tests.support.matrices import exposed


def _cell(identity: str, command: Command, result: CellResult, basis: Basis | None = None) -> Cell:
    return Cell(identity=identity, command=command, result=result, basis=basis)


def _table(*cells: Cell, name: str = "public.orders") -> Matrix:
    return Matrix(relations=(ExposedRelation(name=name, kind="r", row_security=True, cells=cells),))


def test_a_cell_is_four_signs() -> None:
    matrix = _table(
        _cell("anon", Command.SELECT, CellResult.ALLOW, Basis.LIMITED),
        _cell("anon", Command.INSERT, CellResult.DENY, Basis.NO_POLICY),
        _cell("anon", Command.UPDATE, CellResult.ERROR),
        _cell("anon", Command.DELETE, CellResult.UNKNOWN),
        _cell("service_role", Command.SELECT, CellResult.ALLOW, Basis.EVERY_ROW),
    )
    summary = summarize(matrix)
    [row] = summary.rows
    assert summary.identities == ("anon", "service_role")
    assert (row.text("anon"), row.text("service_role")) == ("S-!?", "S   ")
    assert row.cells["service_role"][0].every_row
    assert not row.changed


def test_what_moved_is_marked() -> None:
    before = _table(
        _cell("anon", Command.SELECT, CellResult.ALLOW, Basis.LIMITED),
        _cell("anon", Command.INSERT, CellResult.DENY, Basis.NO_GRANT),
        _cell("anon", Command.UPDATE, CellResult.ALLOW, Basis.LIMITED),
        _cell("anon", Command.DELETE, CellResult.UNKNOWN),
    )
    after = _table(
        _cell("anon", Command.SELECT, CellResult.ALLOW, Basis.EVERY_ROW),
        _cell("anon", Command.INSERT, CellResult.ALLOW, Basis.LIMITED),
        _cell("anon", Command.UPDATE, CellResult.DENY, Basis.NO_POLICY),
        _cell("anon", Command.DELETE, CellResult.ALLOW, Basis.LIMITED),
    )
    [row] = summarize(after, before).rows
    assert [mark.shift for mark in row.cells["anon"]] == [Shift.WIDER, Shift.WIDER, Shift.NARROWER, None]
    assert row.changed


def test_new_and_gone_relations_are_named() -> None:
    summary = summarize(_table(name="public.new"), _table(name="public.old"))
    assert summary.rows[0].is_new
    assert summary.gone == ("public.old",)


def test_a_capital_says_that_it_goes_beyond_own_rows() -> None:
    matrix = Matrix(relations=(exposed(anon="----", user_a="oOEl", privileged="O   ", service_role="EEEE"),))
    summary = summarize(matrix)
    [row] = summary.rows
    assert summary.identities == ("anon", "user_a", "privileged", "service_role")
    assert ["".join(mark.letter for mark in row.cells[who]) for who in summary.identities] == [
        "----",
        "sIUd",
        "S   ",
        "SIUD",
    ]
