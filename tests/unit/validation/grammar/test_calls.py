import pytest

from orchestrator.domain.shape import Name
from orchestrator.validation.grammar.calls import Uses, uses_of


def test_every_function_operator_type_and_column_is_named() -> None:
    uses = uses_of(["lower(a) = public.f(t.b)::public.d"], types=["numeric(4, 2)"])
    assert uses.functions == {Name(None, "lower"), Name("public", "f")}
    assert uses.operators == {Name(None, "=")}
    assert uses.types == {Name("public", "d"), Name("pg_catalog", "numeric")}
    assert uses.columns == {"a", "b"}
    assert uses.members == {"b"}
    assert uses.other is None


@pytest.mark.parametrize("expression", ["t.f", "(t).f", "((t).f) is null"])
def test_a_member_of_a_row_may_be_a_call(expression: str) -> None:
    assert uses_of([expression]).members == {"f"}


def test_words_of_the_grammar_are_operators_too() -> None:
    between = uses_of(["a between 1 and 2"]).operators
    assert {Name(None, "<="), Name(None, ">=")} <= between
    assert uses_of(["case a when 1 then true end"]).operators == {Name(None, "=")}
    assert uses_of(["a in (1, 2)"]).operators == {Name(None, "=")}


@pytest.mark.parametrize(
    ("expression", "other"),
    [
        ("exists (select 1)", "a sub-select"),
        ("a in (select 1)", "a sub-select"),
        ("json_value(a, '$')", "a JsonFuncExpr"),
        ("xmlparse(document a)", "a XmlExpr"),
        ("1) union select (2", "a sub-select"),
        ("1); drop table (a", "a part that cannot be read"),
        ("1); select (2", "a sub-select"),
        ("\0", "a part that cannot be read"),
        ("(" * 5000, "a part that cannot be read"),
    ],
)
def test_what_cannot_be_looked_up_is_told(expression: str, other: str) -> None:
    assert uses_of([expression]).other == other


def test_nothing_uses_nothing() -> None:
    assert uses_of([]) == Uses()
