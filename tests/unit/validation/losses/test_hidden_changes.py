"""What changes rows although no statement says so: rules, defaults, checks, views, members of extensions."""

from collections.abc import Mapping

import pytest

from orchestrator.domain.shape import Column, Function, Name, RewriteRule, Shape, Table, TableKind
from orchestrator.validation.losses import Losses, losses, shape_after
from orchestrator.validation.sql_text import SqlText

PUBLIC = frozenset({Name("public", "wipe")})
QUIET = frozenset({Name("public", "slug"), Name("public", "uuid_generate_v4")})


def public(name: str) -> Name:
    return Name("public", name)


def table(name: str, **more: object) -> Table:
    columns = {each: Column(name=each, type="text") for each in ("id", "note")}
    return Table(**{"name": public(name), "columns": columns, "primary_key": ("id",), **more})  # type: ignore[arg-type]


def columns(**calls: frozenset[Name]) -> Mapping[str, Column]:
    names = {"id": frozenset[Name](), **calls}
    return {
        name: Column(name=name, type="text", has_default=bool(own), calls=own) for name, own in names.items()
    }


def functions(**bodies: str) -> dict[Name, tuple[Function, ...]]:
    return {public(name): (Function(name=public(name), body=body),) for name, body in bodies.items()}


TABLES = (
    table("plain", calls=frozenset()),
    table("ruled", rules=(RewriteRule(name="keep", event="DELETE"),)),
    table("numbered", columns=columns(note=PUBLIC)),
    table("slugged", columns=columns(note=QUIET), calls=QUIET),
    table("checked", calls=PUBLIC),
    table("old_orders", kind=TableKind.VIEW, reads=frozenset({public("plain")}), calls=PUBLIC),
    table("good_orders", kind=TableKind.VIEW, reads=frozenset({public("plain")}), calls=QUIET),
    table("on_top", kind=TableKind.VIEW, reads=frozenset({public("old_orders")}), calls=frozenset()),
    table("unknown_orders", kind=TableKind.VIEW, reads=frozenset({public("plain")})),
    table("door", kind=TableKind.VIEW, calls=frozenset(), rules=(RewriteRule(name="in", event="INSERT"),)),
)
SHAPE = Shape(
    schemas=frozenset({"public"}),
    tables={each.name: each for each in TABLES},
    functions=functions(
        wipe="delete from public.plain",
        slug="select lower($1)",
        tighten="alter table public.plain alter note type varchar(1) using ''",
        outer='select "do it!"()',
        **{"do it!": "delete from public.plain"},
    ),
)


def file(text: str) -> SqlText:
    return SqlText(path="supabase/migrations/20260101000000_a.sql", content=text.encode())


def judged(up: str, down: str = "", shape: Shape | None = SHAPE) -> Losses:
    return losses(file(up), file(down), shape)


HIDDEN = [
    ("delete from ruled where id = 'a'", "a rule of public.ruled (line 1) may change other rows"),
    ("insert into door values ('a')", "a rule of public.door (line 1) may change other rows"),
    (
        (
            "create table g (id int); create rule r as on insert to g do also delete from plain;"
            "alter table g rename to h; insert into h values (1)"
        ),
        "a rule of public.h (line 1) may change other rows",
    ),
    ("insert into numbered (id) values ('a')", "a default or a check of public.numbered (line 1) may"),
    ("insert into numbered values ('a', default)", "a default or a check of public.numbered (line 1) may"),
    ("update numbered set note = default", "a default or a check of public.numbered (line 1) may"),
    ("copy numbered (id) from '/tmp/x'", "a default or a check of public.numbered (line 1) may"),
    ("insert into checked values ('a', 'b')", "a default or a check of public.checked (line 1) may"),
    (
        "create table g (id int, n text default wipe()); insert into g (id) values (1)",
        "a default or a check of public.g (line 1) may",
    ),
    (
        "create table g (id int, n text check (wipe() is null)); insert into g values (1)",
        "a default or a check of public.g (line 1) may",
    ),
    (
        (
            "create table g (id int, n text); alter table g alter n set default wipe();"
            "alter table g rename n to m; insert into g (id) values (1)"
        ),
        "a default or a check of public.g (line 1) may",
    ),
    ("select * from old_orders", "a view that is read (line 1) may call what changes rows"),
    ("select * from on_top", "a view that is read (line 1) may call what changes rows"),
    ("select * from unknown_orders", "a view that is read (line 1) may call what changes rows"),
    ("do $$ begin perform * from old_orders; end $$", "a view that is read (line 1) may call"),
    ("copy (select * from old_orders) to '/tmp/x'", "a view that is read (line 1) may call"),
    ("create view v as select wipe(); select * from v", "a view that is read (line 1) may call"),
    ("alter extension pgmq drop table pgmq.meta", "ALTER EXTENSION (line 1) may keep from view"),
    ("alter extension pgmq add function public.wipe()", "ALTER EXTENSION (line 1) may keep from view"),
    ("do $$ begin execute 'alter extension a drop table b'; end $$", "ALTER EXTENSION (line 1) may keep"),
    (
        "do $$ begin execute format('alter extension a drop table %I', 'b'); end $$",
        "EXECUTE in the DO block (line 1)",
    ),
    ("select tighten()", "the call of tighten (line 1) may change rows"),
    ("select public.outer()", "the call of public.outer (line 1) may change rows"),
]


@pytest.mark.parametrize(("up", "line"), HIDDEN)
def test_what_may_change_rows_without_saying_so_is_told_forth_and_back(up: str, line: str) -> None:
    assert [each for each in judged(up).unseen if each.startswith(line)]
    assert [each for each in judged("", up).unseen if each.startswith(line.split(" (line", maxsplit=1)[0])]


QUIET_ONES = [
    "update ruled set note = 'x'",
    "insert into numbered values ('a', 'b')",
    "update numbered set note = 'b'",
    "insert into slugged (id) values ('a')",
    "select * from good_orders",
    "select * from plain",
    "insert into plain select * from pg_catalog.pg_class",
    "do $$ begin perform 1 from pg_class; perform 1 from information_schema.tables; end $$",
    "with old_orders as (select 1) select * from old_orders",
    "create temp table old as select 1; select * from old",
    "create rule r as on delete to plain do nothing; drop rule r on plain; delete from plain",
    "create rule r as on delete to plain do nothing; update plain set note = 'x'",
    "alter table numbered alter note drop default; insert into numbered (id) values ('a')",
    "create view v as select slug('a'); select * from v",
    "alter extension pgmq update",
]


@pytest.mark.parametrize("up", QUIET_ONES)
def test_what_only_looks_like_it_is_not_told(up: str) -> None:
    assert judged(up).unseen == ()


def test_the_shape_on_paper_holds_rules_and_calls_for_the_next_migration() -> None:
    after = shape_after(
        file("create rule r as on update to plain do nothing;alter table plain add a text default wipe()"),
        SHAPE,
    )
    assert after is not None
    assert judged("update plain set note = 'x'", shape=after).unseen
    assert judged("insert into plain (id) values ('a')", shape=after).unseen
