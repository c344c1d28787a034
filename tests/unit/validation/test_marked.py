from orchestrator.domain.lint import Mark
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import AddColumn, AddConstraint, Change, CreateTable
from orchestrator.validation.marked import Marked, marked
from orchestrator.validation.moment import Aftermath, Seen, see
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms
from orchestrator.validation.world.effects import carry_out
from orchestrator.validation.world.world import World


def aftermath(sql: str) -> Aftermath:
    world = World()
    world.begin_file()
    file = SqlText(path="x.sql", content=sql.encode())
    seen: list[Seen[Change]] = []
    for part in file.parts:
        for change in part.parsed.changes:
            seen.append(see(change, file, part, world))
            carry_out(change, world)
    return Aftermath(world=world, terms=Terms(), seen=seen, made={})


def found(sql: str, *places: tuple[int, int], names: tuple[str, ...] = ()) -> list[Marked]:
    named = names or ("a-mark",) * len(places)
    marks = [
        Mark(name=name, path="x.sql", line=line, column=column, message="")
        for name, (line, column) in zip(named, places, strict=True)
    ]
    return list(marked(marks, aftermath(sql)))


def test_a_mark_belongs_to_the_command_that_it_stands_in() -> None:
    sql = "alter table t add a int, add check (a > 0),\n  add b int"
    one, two, three = found(sql, (1, 19), (1, 30), (2, 3))
    assert isinstance(one.change, AddColumn)
    assert isinstance(two.change, AddConstraint)
    assert isinstance(three.change, AddColumn)
    assert three.change.column.name == "b"


def test_a_mark_in_a_statement_that_is_not_read_belongs_to_no_change() -> None:
    [one] = found("alter table t add a int;\nalter system set jit = off;", (2, 1))
    assert one.change is None
    assert (one.table, one.before, one.is_on_new_table, one.constraint) == (None, None, False, None)
    assert list(one.statement()) == []


def test_a_mark_before_every_statement_belongs_to_none() -> None:
    [one] = found("-- nothing\nalter table t add a int", (1, 1))
    assert one.seen is None


def test_the_table_is_known_as_it_was_just_before() -> None:
    sql = "create table t (a int); alter table t alter a type text; alter table t rename to u"
    [one] = found(sql, (1, 47))
    assert one.table == Name("public", "t")
    assert one.before is not None
    assert one.before.columns["a"].type == "integer"
    assert one.is_on_new_table


def test_a_table_that_is_just_being_made_is_new() -> None:
    [one] = found("create table t (a int)", (1, 1))
    assert isinstance(one.change, CreateTable)
    assert one.is_on_new_table


def test_a_temporary_table_hides_the_one_of_its_name() -> None:
    [one] = found("create table t (a int); create temp table t (b int); alter table t add c int", (1, 54))
    assert one.table == Name("pg_temp", "t")
    assert one.before is None
    assert one.is_on_new_table


def test_marks_about_the_same_command_know_of_each_other() -> None:
    sql = "alter table t add check (a > 0), add unique (b)"
    one, _, three = found(sql, (1, 15), (1, 19), (1, 38), names=("x", "y", "z"))
    assert one.is_also("y")
    assert not one.is_also("z")
    assert not three.is_also("x", "y")


def test_a_new_column_s_constraint_is_found_by_the_place_of_the_mark() -> None:
    sql = "alter table t add a int constraint named check (a > 0) references u"
    check, key = found(sql, (1, 42), (1, 56))
    assert check.constraint is not None
    assert key.constraint is not None
    assert (check.constraint.name, key.constraint.references) == ("named", Name(None, "u"))


def test_the_statement_s_changes_come_backwards_and_stop_where_it_begins() -> None:
    [one] = found("drop index x; drop index a, b", (1, 15))
    assert [str(each.change.name) for each in one.statement()] == ["b", "a"]  # type: ignore[attr-defined]  # Drop
