from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.finding import Severity
from orchestrator.domain.matrix import Basis, Cell, CellResult, Command, ExposedRelation, Matrix
from orchestrator.probes.identities import IDENTITIES
from orchestrator.probes.judge import judge
from tests.support.matrices import exposed, policy

_BASES = {
    CellResult.ALLOW: [Basis.EVERY_ROW, Basis.LIMITED],
    CellResult.DENY: [Basis.NO_GRANT, Basis.FORGOTTEN_GRANT, Basis.NO_POLICY, Basis.INSIDE],
    CellResult.ERROR: [None],
    CellResult.UNKNOWN: [None],
}


@st.composite
def _cells(draw: st.DrawFn, identity: str, command: Command) -> Cell:
    result = draw(st.sampled_from(CellResult))
    sqlstate = draw(st.sampled_from(["42P17", "42883", "P0001"])) if result is CellResult.ERROR else None
    return Cell(
        identity=identity,
        command=command,
        result=result,
        sqlstate=sqlstate,
        reason="so said the server",
        basis=draw(st.sampled_from(_BASES[result])),
    )


@st.composite
def _relations(draw: st.DrawFn, name: str) -> ExposedRelation:
    return ExposedRelation(
        name=name,
        kind=draw(st.sampled_from("rpvmf")),
        row_security=draw(st.booleans()),
        policies=draw(st.sampled_from([(), ("own",)])),
        bypasses=draw(st.sampled_from([(), ("public.a",)])),
        cells=tuple(draw(_cells(identity.name, command)) for identity in IDENTITIES for command in Command),
    )


MATRICES = st.builds(
    lambda a, b: Matrix(relations=(a, b)), _relations(name="public.a"), _relations(name="public.b")
)


@given(MATRICES)
def test_what_did_not_change_is_never_an_error(matrix: Matrix) -> None:
    assert Severity.ERROR not in {finding.severity for finding in judge(matrix, matrix)}


@given(MATRICES, MATRICES)
def test_every_finding_names_its_relation_and_its_remedy(before: Matrix, after: Matrix) -> None:
    for finding in judge(before, after):
        assert finding.remedy
        assert finding.rule == "probe-unknown" or (finding.object and finding.object in finding.message)


def test_questions_without_an_answer_are_told_once_for_each_reason() -> None:
    cells = tuple(
        Cell(identity=who, command=Command.SELECT, result=CellResult.UNKNOWN, reason="locked")
        for who in ("user_a", "user_b")
    )
    relations = tuple(
        ExposedRelation(name=f"public.t{number}", kind="r", row_security=True, cells=cells)
        for number in range(5)
    )
    [finding] = judge(Matrix(), Matrix(relations=relations))
    assert (finding.rule, finding.severity) == ("probe-unknown", Severity.WARNING)
    assert "authenticated may do with public.t0, public.t1, public.t2 and 2 more is not known: locked" in (
        finding.message
    )


def test_both_users_are_spoken_of_as_one() -> None:
    cells = tuple(
        Cell(
            identity=who,
            command=Command.SELECT,
            result=CellResult.ERROR,
            sqlstate="42P17",
            reason="recursion",
        )
        for who in ("user_a", "user_b")
    )
    relation = ExposedRelation(name="public.t", kind="r", row_security=True, policies=("own",), cells=cells)
    [finding] = judge(Matrix(), Matrix(relations=(relation,)))
    assert (
        finding.message == "public.t fails for authenticated (select) with 42P17: recursion (policies: own)"
    )


def test_without_an_earlier_moment_nothing_is_called_new_and_only_what_is_wrong_refuses() -> None:
    view = exposed("public.shown", kind="v", bypasses=["public.hidden"], anon="E   ")
    catalogue = exposed("public.goods", policies=[policy("true")], anon="E---", user_a="E---", user_b="E---")
    ungranted = exposed("public.internal")
    found = judge(None, Matrix(relations=(view, catalogue, ungranted)))
    assert {(each.rule, each.severity) for each in found} == {
        ("view-bypasses-rls", Severity.WARNING),
        ("access-widened", Severity.NOTE),
    }
    assert not any("new" in each.message for each in found)
    open_table = exposed("public.open", row_security=False, anon="EEEE")
    assert {each.rule for each in judge(None, Matrix(relations=(open_table,)))} == {"rls-disabled"}
