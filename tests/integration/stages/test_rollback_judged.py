"""What a rollback would lose is counted first; what is different afterwards is blamed on whose it is."""

from functools import partial

import psycopg
import pytest

from orchestrator.domain.deployment import Outcome, RollbackMethod
from orchestrator.domain.errors import Unavailable
from orchestrator.stages.at_stake import at_stake, guards
from tests.support.deployed import DOWN, Deployed, file_of

TABLE = ("create table public.a (id int)", "insert into public.a values (1)")
TOUCHED = frozenset({("table", "public.a"), ("column", "public.a.id"), ("table", "public.b")})


def counting(deployed: Deployed, **more):
    """What the stage is given to count with."""
    given = {
        "reader": deployed.writer,
        "target": "staging",
        "written_by": deployed.writer.transactions([each.version for each in deployed.plan.pending]),
        "before": deployed.before,
    }
    return {"count": partial(at_stake, **given), "guard": partial(guards, **given), **more}


def told(done) -> tuple[object, list[str]]:
    return done.failure and done.failure.code, [each.headline for each in done.gave.at_stake]


def test_rows_that_somebody_wrote_are_never_dropped_without_a_person(make):
    deployed = make(up=("; ".join(TABLE), "create table public.b (id int)"))
    deployed.apply(0, 1)
    deployed.does("insert into public.a values (2), (3)")
    done = deployed.roll_back(**counting(deployed, remedy="bascule rollback 7 --drop-rows"))
    assert (done.outcome, done.gave.method, done.gave.reverted) == (
        Outcome.FAILED,
        RollbackMethod.IMPOSSIBLE,
        (),
    )
    assert told(done) == ("rows-at-stake", ["public.a: 2 rows"])
    assert done.failure.remedy == "bascule rollback 7 --drop-rows"
    assert deployed.history() == ["0", "1"]
    done = deployed.roll_back(**counting(deployed, drop_rows=True))
    assert (done.outcome, done.gave.reverted) == (Outcome.PASSED, ("1", "0"))
    assert told(done) == (None, ["public.a: 2 rows"])


@pytest.mark.parametrize(
    ("up", "down"),
    [
        ("create table public.a (id int)", "do $$ begin execute 'drop ' || 'table public.a'; end $$"),
        (
            """create table public.a (id int); create function public.down() returns void language plpgsql
               as $$ begin execute 'drop ' || 'table public.a'; end $$""",
            "-- all of it\nselect public.down(); drop function public.down()",
        ),
    ],
    ids=["block", "function"],
)
def test_rows_in_what_came_since_are_counted_where_a_rollback_does_more_than_its_text_shows(make, up, down):
    deployed = make(up=(up,), down=(down,))
    deployed.apply(0)
    deployed.does("insert into public.a values (2), (3)")
    assert told(deployed.roll_back(**counting(deployed))) == ("rows-at-stake", ["public.a: 2 rows"])


def test_rows_that_the_deployment_wrote_itself_are_dropped(make):
    fill = "alter table public.old add c text; update public.old set c = 'x'"
    deployed = make(
        up=("; ".join(TABLE), "insert into public.a values (2)"), down=("drop table public.a", "select 1")
    )
    deployed.apply(0, 1)
    assert deployed.roll_back(**counting(deployed)).outcome is Outcome.PASSED
    deployed.does("create table public.old (id int); insert into public.old values (1), (2)")
    column = make(up=(fill,), down=("alter table public.old drop c",))
    column.apply(0)
    column.does("update public.old set c = 'y' where id = 1")
    assert told(column.roll_back(**counting(column))) == ("rows-at-stake", ["public.old.c: 1 value"])
    column.does("update public.old set c = null where id = 1")
    assert column.roll_back(**counting(column)).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("up", "down", "at_risk"),
    [
        (
            "alter table public.old rename c to d; alter table public.old alter d type bigint",
            "alter table public.old drop d",
            ["public.old.d: 2 values"],
        ),
        (
            "alter table public.old alter c type bigint",
            "alter table public.old drop c",
            ["public.old.c: 2 values"],
        ),
        (
            "alter table public.old rename to new; alter table public.new alter c type bigint",
            "drop table public.new",
            ["public.new: 2 rows"],
        ),
    ],
    ids=["renamed", "converted", "table renamed"],
)
def test_what_was_there_before_is_at_stake_although_the_deployment_wrote_it_anew(make, up, down, at_risk):
    make().does("create table public.old (id int, c int); insert into public.old values (1, 1), (2, 2)")
    deployed = make(up=(up,), down=(down,))
    deployed.apply(0)
    assert told(deployed.roll_back(**counting(deployed))) == ("rows-at-stake", at_risk)


def test_a_table_that_another_rollback_renames_first_is_counted_under_the_name_that_it_has(make):
    deployed = make(
        up=(TABLE[0], "alter table public.a rename to b"), down=(DOWN[0], "alter table public.b rename to a")
    )
    deployed.apply(0, 1)
    deployed.does("insert into public.b values (1)")
    assert told(deployed.roll_back(**counting(deployed))) == ("rows-at-stake", ["public.b: 1 row"])


def test_what_others_changed_meanwhile_is_drift_and_nobody_is_blamed(make):
    deployed = make()
    deployed.apply(0, 1)
    deployed.does("create table public.part (id int); comment on table public.part is 'by a job'")
    done = deployed.roll_back(touched=TOUCHED)
    assert (done.outcome, done.gave.left_behind) == (Outcome.PASSED, ())
    assert ("table", "public.part") in {(each.kind, each.identity) for each in done.gave.drift}


def test_what_belongs_to_a_touched_table_is_blamed(make):
    make().does('create table public."A.b" (id int)')
    deployed = make(
        up=("""alter table public."A.b" set (fillfactor = 50); create index i on public."A.b" (id)""",),
        down=("""alter table public."A.b" reset (fillfactor)""",),
    )
    deployed.apply(0)
    done = deployed.roll_back(touched=frozenset({("table", 'public."A.b"')}))
    assert (done.outcome, [each.identity for each in done.gave.left_behind]) == (Outcome.FAILED, ["public.i"])


def test_a_rollback_that_removes_too_much_is_blamed_although_no_rehearsal_showed_it(make):
    make().does("create table public.other (id int)")
    deployed = make(down=("drop table public.a; drop table public.other", DOWN[1]))
    deployed.apply(0, 1)
    done = deployed.roll_back(touched=TOUCHED)
    assert (done.outcome, done.failure.code) == (Outcome.FAILED, "left-behind")
    assert "table public.other was removed" in done.failure.message


def test_after_an_attempt_that_was_lost_everything_counts(make):
    deployed = make()
    deployed.apply(0, 1)
    deployed.writer.revert(deployed.plan.pending[1], DOWN[1])
    deployed.does("create table public.part (id int)")
    done = deployed.roll_back(committed=deployed.plan.pending, touched=TOUCHED)
    assert (done.outcome, done.gave.drift) == (Outcome.FAILED, ())


def test_a_proven_draft_runs_where_the_author_wrote_nothing_and_only_there(make):
    draft = "drop table public.a"
    deployed = make(down=(None, DOWN[1]))
    deployed.apply(0, 1)
    file = file_of(draft, "supabase/rollbacks/0_x.sql")
    wrong = file_of("select nope", "supabase/rollbacks/1_x.sql")
    contents = {**deployed.contents, file.sha256: draft.encode(), wrong.sha256: b"select nope"}
    done = deployed.roll_back(contents=contents, drafts={"0": file, "1": wrong})
    assert (done.outcome, done.gave.reverted) == (Outcome.PASSED, ("1", "0"))


@pytest.mark.parametrize(
    ("down", "code", "reverted"),
    [
        ("-- later", "rollback-empty", ()),
        ("drop table public.a;\ncommit;\nselect 1", "transaction-control", ("1",)),
        ("do $$ begin execute 'drop table public.a'; commit; end $$", "sql-failed", ("1",)),
    ],
    ids=["empty", "its own COMMIT", "a COMMIT in a block"],
)
def test_a_rollback_that_cannot_be_is_one_clear_error_and_loses_nothing(make, down, code, reverted):
    deployed = make(down=(down, DOWN[1]))
    deployed.apply(0, 1)
    deployed.does("insert into public.a values (1)")
    done = deployed.roll_back()
    assert (done.outcome, done.gave.method) == (Outcome.FAILED, RollbackMethod.IMPOSSIBLE)
    assert (done.failure.code, done.gave.reverted) == (code, reverted)
    assert done.failure.remedy
    assert "0" in deployed.history()
    deployed.does("select 1 / (select count(*) from public.a)")


def test_an_author_s_rollback_that_leaves_something_behind_runs_and_what_is_left_is_listed(make):
    up = "create table public.a (id int); create type public.mood as enum ('x')"
    deployed = make(up=(up,), down=("drop table public.a",))
    deployed.apply(0)
    touched = frozenset({("table", "public.a"), ("type", "public.mood")})
    done = deployed.roll_back(touched=touched)
    assert (done.outcome, done.gave.reverted, deployed.history()) == (Outcome.FAILED, ("0",), [])
    assert ("type", "public.mood") in {(each.kind, each.identity) for each in done.gave.left_behind}


SEED = ("insert into public.old values (3, 'c'), (4, 'd')", "delete from public.old where id in (3, 4)")


def test_rows_that_a_rollback_deletes_are_counted_unless_the_migration_inserted_them(make):
    make().does("create table public.old (id int, c text); insert into public.old values (1, 'a')")
    deployed = make(up=SEED[:1], down=SEED[1:])
    deployed.apply(0)
    deployed.does("update public.old set c = 'mine' where id = 4")
    assert told(deployed.roll_back(**counting(deployed))) == ("rows-at-stake", ["public.old (DELETE): 1 row"])
    deployed.does("update public.old set id = 5 where id = 4")
    done = deployed.roll_back(**counting(deployed))
    assert (done.outcome, done.gave.reverted) == (Outcome.PASSED, ("0",))


@pytest.mark.parametrize(
    ("up", "down", "headlines"),
    [
        (
            "update public.old set c = 'x' where id = 1",
            "delete from public.old where id = 1",
            ["public.old (DELETE): 1 row"],
        ),
        (SEED[0], "delete from public.old where id > 2", ["public.old (DELETE): 2 rows"]),
        (
            "update public.old set c = 'x' where id = 1",
            "update public.old set c = 'a' where id in (1, 2)",
            ["public.old.c (UPDATE): 1 value"],
        ),
        ("update public.old set c = 'x' where id = 1", "update public.old set c = 'a' where id = 1", []),
        (SEED[0], "delete from public.seen where id = 3", ["public.old (DELETE): 2 rows"]),
    ],
    ids=["updated before", "no constants", "overwritten", "its own values", "through a view"],
)
def test_rows_of_others_that_a_rollback_would_change_are_at_stake(make, up, down, headlines):
    make().does(
        "create table public.old (id int, c text); insert into public.old values (1, 'a'), (2, 'b');"
        "create view public.seen as select * from public.old"
    )
    deployed = make(up=(up,), down=(down,))
    deployed.apply(0)
    done = deployed.roll_back(**counting(deployed))
    assert told(done) == ("rows-at-stake" if headlines else None, headlines)
    assert deployed.history() == (["0"] if headlines else [])


def test_rows_that_go_with_an_extension_or_a_queue_are_counted(make):
    make().does(
        "create schema pgmq; create function pgmq.drop_queue(text) returns void language plpgsql as $$ begin"
        " execute format('drop table pgmq.q_%s, pgmq.a_%s', $1, $1); end $$"
    )
    tables = "create table pgmq.q_jobs (id int); create table pgmq.a_jobs (id int)"
    deployed = make(up=(tables,), down=("select pgmq.drop_queue('jobs')",))
    deployed.apply(0)
    deployed.does("insert into pgmq.q_jobs values (1), (2)")
    assert told(deployed.roll_back(**counting(deployed))) == ("rows-at-stake", ["pgmq.q_jobs: 2 rows"])
    deployed.does("truncate pgmq.q_jobs")
    assert deployed.roll_back(**counting(deployed)).outcome is Outcome.PASSED


def test_rows_that_come_after_the_count_are_found_in_the_transaction_that_would_drop_them(make):
    deployed = make(up=("create table public.a (id int)",), down=("drop table public.a",))
    deployed.apply(0)
    given = counting(deployed, remedy="bascule rollback 7 --drop-rows")
    count = given["count"]

    def too_early(reverts):
        counted = count(reverts)
        deployed.does("insert into public.a values (1)")
        return counted

    done = deployed.roll_back(**{**given, "count": too_early})
    assert (done.outcome, done.failure.code) == (Outcome.FAILED, "rows-at-stake")
    assert (done.failure.remedy, deployed.history()) == ("bascule rollback 7 --drop-rows", ["0"])


def test_a_writer_in_the_middle_of_its_transaction_is_waited_for_within_limits(make):
    deployed = make(up=("create table public.a (id int)",), down=("drop table public.a",))
    deployed.apply(0)
    with psycopg.connect(deployed.url) as other:
        other.execute("insert into public.a values (1)")
        with pytest.raises(Unavailable) as raised:
            deployed.roll_back(**counting(deployed))
        assert raised.value.code == "lock-timeout"
        other.commit()
    assert told(deployed.roll_back(**counting(deployed))) == ("rows-at-stake", ["public.a: 1 row"])


@pytest.mark.parametrize(
    "type_", ["json default '{}'", "xml", "point default '(1,2)'", "int[] default '{1,2}'"]
)
def test_a_column_of_a_type_without_equality_is_counted(make, type_):
    make().does("create table public.old (id int); insert into public.old values (1)")
    deployed = make(up=(f"alter table public.old add c {type_}",), down=("alter table public.old drop c",))
    deployed.apply(0)
    assert deployed.roll_back(**counting(deployed)).outcome is Outcome.PASSED


CHILDREN = (
    "create table public.old (id int primary key, c text);"
    "create table public.child (id int primary key, old int references public.old on delete cascade);"
    "create table public.grandchild (child int references public.child on delete cascade);"
    "create table public.mark (old int references public.old on delete set null);"
    "insert into public.old values (1, 'a'); insert into public.child values (1, 1)"
)


def test_rows_that_refer_to_those_that_a_rollback_deletes_are_at_stake(make):
    make().does(CHILDREN)
    deployed = make(up=SEED[:1], down=SEED[1:])
    deployed.apply(0)
    deployed.does(
        "insert into public.child values (2, 3); insert into public.grandchild values (2);"
        "insert into public.mark values (4)"
    )
    headlines = [
        "public.child (ON DELETE CASCADE): 1 row",
        "public.mark.old (ON DELETE SET NULL): 1 value",
        "public.grandchild (ON DELETE CASCADE): 1 row",
    ]
    assert told(deployed.roll_back(**counting(deployed))) == ("rows-at-stake", headlines)
    assert deployed.history() == ["0"]
    deployed.does(
        "delete from public.grandchild; delete from public.mark; delete from public.child where id = 2"
    )
    assert deployed.roll_back(**counting(deployed)).outcome is Outcome.PASSED


def test_a_row_that_refers_to_a_deleted_one_after_the_count_is_found_in_the_transaction(make):
    make().does(CHILDREN)
    deployed = make(up=SEED[:1], down=SEED[1:])
    deployed.apply(0)
    given = counting(deployed)

    def too_early(reverts):
        counted = given["count"](reverts)
        deployed.does("insert into public.child values (2, 3)")
        return counted

    done = deployed.roll_back(**{**given, "count": too_early})
    assert (done.failure.code, deployed.history()) == ("rows-at-stake", ["0"])


def test_tables_that_go_with_an_extension_are_counted_and_guarded(make):
    make().does(
        "create extension hstore; create table public.kept (id int);"
        "alter extension hstore add table public.kept"
    )
    deployed = make(up=("create table public.a (id int)",), down=("drop extension hstore",))
    deployed.apply(0)
    given = counting(deployed)
    deployed.does("insert into public.kept values (1), (2)")
    assert told(deployed.roll_back(**given)) == ("rows-at-stake", ["public.kept: 2 rows"])
    done = deployed.roll_back(**{**given, "count": lambda _: ()})
    assert (done.failure.code, deployed.history()) == ("rows-at-stake", ["0"])
