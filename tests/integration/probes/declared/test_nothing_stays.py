"""Whatever a file does, the database and the session are afterwards as they were."""

import pytest

from orchestrator.domain.declared import FileOutcome
from orchestrator.probes.declared.session import Limits
from tests.integration.probes.declared.conftest import Declaring

_SEEN = """
select (select count(*) from pg_class), (select count(*) from pg_proc), (select count(*) from auth.users),
       (select count(*) from pg_namespace), (select count(*) from pg_roles),
       (select count(*) from pg_extension),
       (select count(*) from pg_prepared_statements where from_sql), current_user,
       (select count(*) from pg_locks where pid = pg_backend_pid() and locktype = 'advisory'),
       current_setting('search_path'), current_setting('statement_timeout'),
       coalesce(current_setting('request.jwt.claims', true), ''), (select count(*) from public.kept)
"""
_TABLE = "create table public.kept (id integer primary key)"


def _seen(project: Declaring) -> list[tuple[object, ...]]:
    return project.connection.execute(_SEEN).fetchall()


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("insert into kept values (1); select plan(1); select pass();", FileOutcome.PASSED),
        ("begin; insert into kept values (1); select plan(1); select pass(); rollback;", FileOutcome.PASSED),
        ("begin; insert into kept values (1); select plan(1); select pass();", FileOutcome.PASSED),
        ("insert into kept values (1); begin; select plan(1); select pass(); rollback;", FileOutcome.PASSED),
        ("begin; insert into kept values (1); commit;", FileOutcome.REFUSED),
        ("begin; insert into kept values (1); end;", FileOutcome.REFUSED),
        ("begin; insert into kept values (1); prepare transaction 'mine';", FileOutcome.REFUSED),
        ("begin; insert into kept values (1); /* a; */ \n commit and chain;", FileOutcome.REFUSED),
        ("do $$ begin insert into kept values (1); commit; end $$;", FileOutcome.ERROR),
        (
            "create procedure p() language plpgsql as 'begin delete from kept; commit; end'; call p()",
            FileOutcome.ERROR,
        ),
        ("create function f(begin int) returns int language sql as 'select 1'; commit;", FileOutcome.REFUSED),
        (
            "set standard_conforming_strings = off; insert into kept values (1); select 'a\\'; commit; --';",
            FileOutcome.REFUSED,
        ),
        ("insert into kept values (1); select 1 as x“$$ ; commit; select $$a$$;", FileOutcome.REFUSED),
        ("\\set v ''''\nselect :v '; commit; --' as x;", FileOutcome.REFUSED),
        ("insert into kept values (1); savepoint bascule_file;", FileOutcome.REFUSED),
        ('release savepoint "BASCULE_file";', FileOutcome.REFUSED),
        ("insert into kept values (1); rollback prepared 'mine';", FileOutcome.REFUSED),
        (
            "select pg_advisory_lock(7), pg_advisory_lock(7), pg_advisory_lock_shared(-3, 9); select 1/0;",
            FileOutcome.ERROR,
        ),
        ("create temp table t (); discard plans; create temp view v as select 1", FileOutcome.NO_TESTS),
        ("prepare p as select 1; listen something; notify something;", FileOutcome.NO_TESTS),
        (
            "set role anon; set search_path = ''; set statement_timeout = 0; set request.jwt.claims = '{}'",
            FileOutcome.NO_TESTS,
        ),
        (
            "create role somebody; create schema s; create extension pgtap; create table s.t ();",
            FileOutcome.NO_TESTS,
        ),
        (
            "create extension pgtap schema public; select public.plan(1), public.ok(true)",
            FileOutcome.PASSED,
        ),
        ("copy kept from stdin;\n1\n\\.\n", FileOutcome.REFUSED),
        ("copy kept to stdout;", FileOutcome.REFUSED),
        (
            "rollback; rollback; insert into kept values (1); begin; begin; rollback; rollback;",
            FileOutcome.NO_TESTS,
        ),
        ("vacuum;", FileOutcome.ERROR),
        ("select 'unfinished", FileOutcome.ERROR),
    ],
)
def test_a_file_leaves_nothing_behind(project: Declaring, text: str, outcome: FileOutcome) -> None:
    project.does(_TABLE)
    before = _seen(project)

    [tested] = project.run(odd=text)

    assert (tested.outcome, _seen(project)) == (outcome, before), tested


def test_what_a_file_prepares_is_there_for_the_next_ones_and_what_others_do_is_not(
    project: Declaring,
) -> None:
    project.does(_TABLE)
    tested = project.run(
        a="create function seven() returns int language sql as 'select 7'; set role anon; set x.y = 'z';",
        b="begin; select plan(1); select is(seven(), 7); create table gone (); rollback;",
        c="select plan(1); select ok(to_regclass('gone') is null); insert into kept values (1);",
        d="select plan(3); select is((select count(*) from kept), 0::bigint);"
        " select is(current_user, 'postgres'); select is(nullif(current_setting('x.y', true), ''), null);",
    )

    assert [(file.outcome, file.mistakes) for file in tested] == [
        (FileOutcome.NO_TESTS, ()),
        *[(FileOutcome.PASSED, ())] * 3,
    ], tested


def test_what_a_broken_file_prepared_is_not_kept(project: Declaring) -> None:
    [broken, after] = project.run(
        a="create table half (); select 1/0;",
        b="select plan(1); select ok(to_regclass('half') is null);",
    )

    assert (broken.outcome, broken.mistakes[0].sqlstate) == (FileOutcome.ERROR, "22012")
    assert after.outcome is FileOutcome.PASSED


def test_a_statement_that_takes_too_long_ends_its_file_alone(project: Declaring) -> None:
    limits = Limits(statement_seconds=0.2)
    slow = "begin; select plan(1);\nset statement_timeout = 0;\nselect pg_sleep(60);"

    [first, second] = project.run(limits, a=slow, b="select plan(1); select pass();")

    assert (first.outcome, first.mistakes[0].line, first.mistakes[0].sqlstate) == (
        FileOutcome.ERROR,
        3,
        "57014",
    )
    assert second.outcome is FileOutcome.PASSED


def test_a_shorter_limit_of_the_file_itself_stands(project: Declaring) -> None:
    [tested] = project.run(
        a="begin; select plan(1); set local statement_timeout = '50ms';"
        " select throws_ok('select pg_sleep(20)', '57014');"
    )

    assert tested.outcome is FileOutcome.ERROR  # pgTAP does not catch a cancelled query either
    assert tested.mistakes[0].sqlstate == "57014"
    assert tested.seconds < 10


def test_files_whose_turn_does_not_come_are_told_of(project: Declaring) -> None:
    limits = Limits(total_seconds=0)

    [tested] = project.run(limits, a="select plan(1); select pass();")

    assert tested.outcome is FileOutcome.NOT_RUN


def test_pgtap_can_be_called_by_all_roles_where_functions_are_not_everybodys(project: Declaring) -> None:
    project.does("alter default privileges revoke execute on functions from public")

    [tested] = project.run(a="select plan(1); set role anon; select pass();")

    assert tested.outcome is FileOutcome.PASSED, tested


def test_pgtap_that_the_server_has_is_not_made_again(project: Declaring) -> None:
    project.does(
        "create schema tap; create function tap.plan(integer) returns text language sql as 'select ''1..1''';"
        "create function tap._cleanup() returns boolean language sql as 'select true';"
    )

    [tested] = project.run(a="select plan(1); select 'ok 1 - ' || (to_regproc('throws_ok') is null);")

    assert tested.tests[0].name == "true", tested
