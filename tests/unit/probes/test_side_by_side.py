from dataclasses import replace

from orchestrator.domain.matrix import Cell, CellResult, Command, ExposedRelation, Matrix
from orchestrator.probes.side_by_side import Table, table_of
from tests.support.told_deployments import relation


def compared(before: str, after: str) -> Table:
    table = table_of(
        Matrix(relations=(relation("public.orders", before),)),
        Matrix(relations=(relation("public.orders", after),)),
    )
    assert table is not None
    return table


def test_nothing_known_is_no_table() -> None:
    assert table_of(None, None) is None
    assert table_of(Matrix(), Matrix()) is None


def test_the_same_answers_are_no_change() -> None:
    table = compared("dldx lldd lldd eeee", "dldx lldd lldd eeee")
    assert (table.changes, table.compared, table.rows[0].changed) == ((), True, False)


def test_each_change_is_said_once_for_each_identity_and_answer() -> None:
    table = compared("dddd llll lldd eeee", "eldd dxll lldd eeee")
    assert table.changes == (
        "anon may now select on public.orders, every row",
        "anon may now insert on public.orders, some rows",
        "authenticated A may no longer select on public.orders",
        "authenticated A now fails to insert on public.orders",
    )


def test_from_some_rows_to_every_row_is_a_change() -> None:
    assert compared("lddd dddd dddd eeee", "eddd dddd dddd eeee").rows[0].changed


def test_only_one_moment_is_shown_without_comparing() -> None:
    only = Matrix(relations=(relation("public.orders", "dddd lldd lldd eeee"),))
    for table in (table_of(only, None), table_of(None, only)):
        assert table is not None
        assert (table.compared, table.changes, table.rows[0].changed) == (False, (), False)
        assert table.rows[0].marks[1][0].look == "allow"


def test_a_new_relation_is_news_where_it_allows_and_none_where_it_denies() -> None:
    table = table_of(Matrix(), Matrix(relations=(relation("public.x", "dddd lddd dddd eeee"),)))
    assert table is not None
    assert table.rows[0].new
    assert table.changes == (
        "authenticated A may now select on public.x, some rows",
        "service_role may now select, insert, update, delete on public.x, every row",
    )


def test_a_relation_that_is_gone_is_named() -> None:
    table = table_of(Matrix(relations=(relation("public.x", "dddd dddd dddd eeee"),)), Matrix())
    assert table is not None
    assert (table.gone, table.rows) == (("public.x",), ())


def test_changed_rows_come_first() -> None:
    before = Matrix(relations=(relation("a", "dddd " * 4), relation("b", "dddd " * 4)))
    after = Matrix(relations=(relation("a", "dddd " * 4), relation("b", "eddd " + "dddd " * 3)))
    table = table_of(before, after)
    assert table is not None
    assert [row.relation.name for row in table.rows] == ["b", "a"]


def test_a_command_that_cannot_be_done_has_an_empty_mark() -> None:
    cell = Cell(identity="anon", command=Command.SELECT, result=CellResult.UNKNOWN, reason="a foreign table")
    view = ExposedRelation(name="public.v", kind="v", row_security=True, cells=(cell,))
    table = table_of(Matrix(relations=(view,)), None)
    assert table is not None
    select, insert, *_ = table.rows[0].marks[0]
    assert (select.look, select.says) == ("unknown", "anon select: unknown, a foreign table")
    assert (insert.look, insert.says) == ("none", "anon insert: cannot be done here")


def test_braces_in_a_name_are_only_characters() -> None:
    odd = relation('public."{identity}"', "dddd dddd dddd eeee")
    table = table_of(Matrix(), Matrix(relations=(replace(odd, name='public."{0}"'),)))
    assert table is not None
    assert table.changes[0].startswith('service_role may now select, insert, update, delete on public."{0}"')
