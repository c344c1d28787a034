"""What the rules about locks need to know of a statement."""

import pytest

from orchestrator.domain.shape import Name
from orchestrator.validation.changes import (
    AddColumn,
    AddConstraint,
    AddDomainConstraint,
    AlterColumnType,
    AlterTable,
    Change,
    Maintain,
)
from orchestrator.validation.grammar.parser import parse


def only(sql: str) -> Change:
    [change] = [change for change in parse(sql).changes if type(change).__name__ != "Feature"]
    return change


@pytest.mark.parametrize(
    ("constraint", "enforced"),
    [
        ("check (a > 0)", True),
        ("check (a > 0) not valid", True),
        ("check (a > 0) not enforced", False),
        ("foreign key (a) references u", True),
        ("foreign key (a) references u not enforced", False),
        ("unique (a)", True),
        ("primary key (a)", True),
        ("exclude using gist (a with =)", True),
        ("constraint n not null a", True),
    ],
)
def test_a_constraint_says_whether_anybody_looks_at_rows(constraint: str, *, enforced: bool) -> None:
    change = only(f"alter table t add {constraint}")
    assert isinstance(change, AddConstraint)
    assert change.constraint.enforced is enforced


def test_beside_a_column_not_enforced_belongs_to_the_constraint_in_front_of_it() -> None:
    change = only(
        "alter table t add a int check (a > 0) not enforced check (a < 9) references u not enforced unique"
    )
    assert isinstance(change, AddColumn)
    assert [one.enforced for one in change.column.constraints] == [False, True, False, True]


@pytest.mark.parametrize(
    ("using", "plain"),
    [
        ("", False),
        ("using a::text", True),
        ("using t.a::text", True),
        ("using cast(a as text)", True),
        ("using b::text", False),
        ("using a::varchar", False),
        ("using a::text || 'x'", False),
        ("using (a + 1)::text", False),
    ],
)
def test_a_change_of_type_says_whether_using_is_a_plain_cast(using: str, *, plain: bool) -> None:
    change = only(f"alter table t alter a type text {using}")
    assert isinstance(change, AlterColumnType)
    assert change.plain_cast is plain


@pytest.mark.parametrize(
    ("sql", "command", "what"),
    [
        ("disable trigger seen", "DISABLE TRIGGER", "seen"),
        ("disable trigger all", "DISABLE TRIGGER ALL", None),
        ("enable trigger user", "ENABLE TRIGGER USER", None),
        ("enable always trigger seen", "ENABLE ALWAYS TRIGGER", "seen"),
        ("detach partition s.t_2024", "DETACH PARTITION", "t_2024"),
        ("owner to postgres", "OWNER TO", "postgres"),
    ],
)
def test_other_commands_name_what_they_are_about(sql: str, command: str, what: str | None) -> None:
    change = only(f"alter table t {sql}")
    assert isinstance(change, AlterTable)
    assert (change.command, change.what) == (command, what)


@pytest.mark.parametrize(
    ("sql", "mode"),
    [
        ("lock t", "ACCESS EXCLUSIVE"),
        ("lock table t in access share mode", "ACCESS SHARE"),
        ("lock table t in share mode nowait", "SHARE"),
        ("lock table only t in share row exclusive mode", "SHARE ROW EXCLUSIVE"),
    ],
)
def test_lock_table_says_its_mode(sql: str, mode: str) -> None:
    change = only(sql)
    assert isinstance(change, Maintain)
    assert change.mode == mode


@pytest.mark.parametrize(("sql", "of_index"), [("reindex index s.i", True), ("reindex table s.i", False)])
def test_reindex_says_whether_it_names_an_index(sql: str, *, of_index: bool) -> None:
    change = only(sql)
    assert isinstance(change, Maintain)
    assert (change.table, change.of_index) == (Name("s", "i"), of_index)


@pytest.mark.parametrize(
    ("sql", "not_valid"),
    [
        ("alter domain s.d add constraint c check (value > 0)", False),
        ("alter domain s.d add check (value > 0) not valid", True),
        ("alter domain s.d set not null", False),
    ],
)
def test_a_domain_gets_a_constraint(sql: str, *, not_valid: bool) -> None:
    assert only(sql) == AddDomainConstraint(offset=0, domain=Name("s", "d"), not_valid=not_valid)


@pytest.mark.parametrize("sql", ["set default 1", "drop not null", "validate constraint c", "owner to x"])
def test_nothing_else_that_happens_to_a_domain_is_a_change(sql: str) -> None:
    assert parse(f"alter domain d {sql}").changes == ()
