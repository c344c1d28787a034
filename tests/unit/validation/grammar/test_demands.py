import pytest

from orchestrator.validation.grammar.demands import DemandKind, Relation, demands_of, relations_in


def only(sql):
    [demand] = demands_of(sql)
    return demand


def test_a_unique_index_says_what_is_unique_among_which_rows():
    demand = only('create unique index concurrently i on s.t (lower(email), "B b") where deleted is null')
    assert (demand.kind, demand.table, demand.name) == (
        DemandKind.UNIQUE,
        Relation(schema="s", name="t"),
        "i",
    )
    assert demand.keys == ("(lower(email))", '"B b"')
    assert demand.condition == "deleted IS NULL"


@pytest.mark.parametrize("kind", ["unique", "primary key"])
def test_a_unique_constraint_names_its_columns(kind):
    demand = only(f"alter table t add constraint c {kind} (a, b)")
    assert (demand.kind, demand.name, demand.columns) == (DemandKind.UNIQUE, "c", ("a", "b"))


def test_a_foreign_key_names_both_sides():
    demand = only("alter table t add foreign key (a) references s.u (x)")
    assert (demand.kind, demand.columns) == (DemandKind.FOREIGN_KEY, ("a",))
    assert (demand.references, demand.referenced_columns) == (Relation(schema="s", name="u"), ("x",))


def test_a_check_comes_back_as_sql():
    assert only("alter table t add check (a > 0 and b <> 'ü')").condition == "a > 0 AND b <> 'ü'"


def test_several_commands_make_several_demands():
    sql = (
        "alter table t alter a set not null, validate constraint c, add d int not null,"
        " add e int not null default 1"
    )
    kinds = [demand.kind for demand in demands_of(sql)]
    assert kinds == [DemandKind.NOT_NULL, DemandKind.VALIDATE, DemandKind.NEW_COLUMN]


@pytest.mark.parametrize(
    "sql", ["", "select 1", "create index i on t (a)", "not sql", "x\0y", "alter table t drop a", "(" * 5000]
)
def test_other_texts_demand_nothing(sql):
    assert demands_of(sql) == ()


def test_relations_of_an_expression_are_those_of_its_sub_selects():
    found = relations_in("(a in (select b from s.u join v on true))")
    assert found == (Relation(schema="s", name="u"), Relation(name="v"))
