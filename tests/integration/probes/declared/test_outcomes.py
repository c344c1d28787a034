"""What is told of files that do not simply pass."""

from orchestrator.domain.declared import FileOutcome, Mistake, TestOutcome
from tests.integration.probes.declared.conftest import Declaring

_TESTS = "select plan(1); select pass();"


def test_a_failed_test_tells_what_it_had_and_wanted(project: Declaring) -> None:
    [tested] = project.run(
        a="begin;\nselect plan(2);\nselect is(1, 2, 'one is two');\nselect ok(true);\nselect * from finish();"
    )

    [failed, passed] = tested.tests
    assert tested.outcome is FileOutcome.FAILED
    assert (failed.line, failed.number, failed.name, failed.outcome) == (3, 1, "one is two", TestOutcome.FAIL)
    assert "have: 1" in failed.detail
    assert "want: 2" in failed.detail
    assert (passed.line, passed.outcome, passed.detail) == (4, TestOutcome.PASS, "")


def test_a_failed_test_inside_a_test_is_told_with_it(project: Declaring) -> None:
    [tested] = project.run(
        a="begin; create schema s; create function s.test_one() returns setof text language plpgsql as"
        " 'begin return next ok(1 = 2, ''inside''); return next pass(); end';"
        " select * from runtests('s'::name);"
    )

    [failed] = tested.tests
    assert (failed.name, failed.outcome) == ("s.test_one", TestOutcome.FAIL)
    assert "not ok 1 - inside" in failed.detail


def test_skip_and_todo_bear_their_reasons(project: Declaring) -> None:
    [tested] = project.run(
        a="begin; select plan(2); select skip('no network'); select todo('later', 1); select fail('x');"
    )

    told = [(each.outcome, each.detail) for each in tested.tests]
    assert told == [(TestOutcome.SKIP, "no network"), (TestOutcome.TODO, "later")]
    assert tested.outcome is FileOutcome.PASSED


def test_a_number_of_tests_that_was_not_planned_fails_the_file(project: Declaring) -> None:
    [tested] = project.run(a="begin; select plan(3); select pass();")

    [mistake] = tested.mistakes
    assert (tested.outcome, mistake.message) == (FileOutcome.FAILED, "planned 3 tests, ran 1")


def test_an_error_names_its_line_and_code_and_keeps_what_ran(project: Declaring) -> None:
    [tested] = project.run(
        a="begin;\nselect plan(2);\nselect pass('first');\n-- now\nselect * from no_table;"
    )

    assert tested.outcome is FileOutcome.ERROR
    assert [each.name for each in tested.tests] == ["first"]
    assert (tested.mistakes[0].line, tested.mistakes[0].sqlstate) == (5, "42P01")


def test_a_file_may_go_on_after_errors(project: Declaring) -> None:
    text = (
        "\\set ON_ERROR_STOP 0\n\\set ON_ERROR_ROLLBACK 1\nbegin; select plan(1);\nselect 1/0;\n"
        "select pass(); rollback;\\unset ON_ERROR_ROLLBACK\nbegin; select 1/0; select 'not ok 2'; "
        "rollback; select 1/0;"
    )
    [tested] = project.run(a=text)

    assert (tested.outcome, len(tested.tests)) == (FileOutcome.PASSED, 1)
    assert [each.line for each in tested.mistakes] == [4, 6, 6]


def test_a_file_that_gives_up_gives_up_for_all(project: Declaring) -> None:
    [first, second] = project.run(a="select 'Bail out!  no seed';", b=_TESTS)

    assert first.mistakes[0].message == "the file gave up: no seed"
    assert (first.outcome, second.outcome) == (FileOutcome.FAILED, FileOutcome.NOT_RUN)


def test_a_file_may_leave_itself_out(project: Declaring) -> None:
    [tested] = project.run(a="select '1..0 # SKIP only on 17';")

    assert tested.outcome is FileOutcome.SKIPPED


def test_what_is_not_done_is_refused_by_name_and_line(project: Declaring) -> None:
    [tested] = project.run(a=f"{_TESTS}\n\\! rm -rf /\n")

    assert tested.outcome is FileOutcome.REFUSED
    assert tested.mistakes == (
        Mistake(
            line=2,
            message="\\! rm -rf / is not carried out here",
            remedy="say it in SQL, or take it out",
            file="supabase/tests/a.sql",
        ),
    )


def test_a_row_becomes_variables(project: Declaring) -> None:
    [tested] = project.run(
        a="select plan(3); select 7 as n, 'it''s' as t, null as nothing \\gset my_\n"
        "select is(:my_n, 7); select is(:'my_t'::text, 'it''s'); select ok(not :{?my_nothing});"
    )

    assert tested.outcome is FileOutcome.PASSED, tested


def test_variables_want_exactly_one_row(project: Declaring) -> None:
    [tested] = project.run(a="select 1 as n where false \\gset")

    assert (tested.outcome, tested.mistakes[0].message) == (
        FileOutcome.REFUSED,
        "\\gset wants exactly one row",
    )


def test_only_files_of_the_folder_can_be_included(project: Declaring) -> None:
    tested = project.run(
        a="\\ir ../../../../etc/passwd",
        b="\\i /etc/passwd",
        c="\\ir d.sql\n",
        d="\\ir c.sql\n",
        e="\\ir no.sql",
    )

    told = {file.path: file.mistakes[0].message for file in tested if file.mistakes}
    assert told["supabase/tests/a.sql"].startswith("\\ir includes ../../../../etc/passwd, which is not among")
    assert told["supabase/tests/b.sql"].startswith("\\i includes /etc/passwd, which is not among")
    assert told["supabase/tests/e.sql"].startswith("\\ir includes no.sql, which is not among")


def test_an_error_in_an_included_file_names_that_file(project: Declaring) -> None:
    [tested, _] = project.run(a="\n\n\\ir sub/b.sql\n", sub__b="\nselect 1/0;")

    assert (tested.mistakes[0].file, tested.mistakes[0].line) == ("supabase/tests/sub/b.sql", 2)
