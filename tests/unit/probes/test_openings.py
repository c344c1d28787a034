"""What is declared as meant is not reported, and nothing else is excused by it."""

from dataclasses import replace

import pytest

from orchestrator.domain.finding import Severity
from orchestrator.domain.matrix import (
    Basis,
    CellResult,
    Command,
    ExposedRelation,
    Matrix,
    Notice,
    Policy,
    Through,
)
from orchestrator.domain.opening import Opening
from orchestrator.probes.judge import judge
from tests.support.matrices import exposed, policy

SAID = "bascule: intended because prices are public"
CLOSED = exposed("public.prices", policies=[policy("owner = auth.uid()")], anon="----", user_a="l---")


def prices(*policies: Policy, anon: str = "E---", user_a: str = "E---") -> ExposedRelation:
    return exposed("public.prices", policies=policies, anon=anon, user_a=user_a)


def public(comment: str | None = SAID, *, using: str = "true", name: str = "public") -> Policy:
    return replace(policy(using, name=name, command=Command.SELECT, to="public"), comment=comment)


def told(before: ExposedRelation | None, after: ExposedRelation, *openings: Opening) -> set[str]:
    was = Matrix(relations=(before,)) if before else Matrix()
    found = judge(was, Matrix(relations=(after,)), openings=openings)
    return {each.rule for each in found}


def opening(name: str = "public.prices", *, roles: str = "", commands: str = "") -> Opening:
    return Opening(
        object=name,
        because="they are public",
        roles=frozenset(roles.split()),
        commands=frozenset(map(Command, commands.split())),
    )


def test_a_comment_on_the_policy_excuses_what_it_opens_and_tells_the_reason_once() -> None:
    after = prices(public())
    assert told(CLOSED, prices(public(comment=None))) >= {"access-widened"}
    [note] = judge(Matrix(relations=(CLOSED,)), Matrix(relations=(after,)))
    assert (note.rule, note.severity) == ("opening-intended", Severity.NOTE)
    assert note.message == (
        "newly open on public.prices, as declared: anon and user_a (select): prices are public"
    )
    assert told(after, after) == set()


def test_a_comment_excuses_neither_another_command_nor_a_table_without_row_security() -> None:
    assert told(CLOSED, prices(public(), anon="EE--")) >= {"anon-writes"}
    bare = replace(prices(public(), anon="EEEE", user_a="EEEE"), row_security=False)
    assert told(CLOSED, bare) == {"rls-disabled"}


def test_a_comment_does_not_vouch_for_what_a_later_deployment_makes_of_its_policy() -> None:
    narrow = prices(public(using="published"), anon="l---", user_a="l---")
    assert "access-widened" in told(narrow, prices(public()))
    anew = public("bascule: intended because drafts may be read too")
    assert told(narrow, prices(anew)) == {"opening-intended"}


def test_a_comment_does_not_vouch_for_a_policy_that_comes_later_without_a_word() -> None:
    vouched = public(using="published")
    before = prices(vouched, anon="l---", user_a="l---")
    assert "access-widened" in told(before, prices(vouched, public(None, name="all")))
    assert told(before, prices(vouched, public("bascule: intended because why not", name="all"))) == {
        "opening-intended"
    }


def ungranted(relation: ExposedRelation) -> ExposedRelation:
    """Return it as it is before anybody is granted anything."""
    cells = tuple(
        replace(each, result=CellResult.DENY, basis=Basis.NO_GRANT, reach=None) for each in relation.cells
    )
    return replace(relation, cells=cells)


def test_a_comment_vouches_for_the_grant_that_its_policy_waited_for() -> None:
    restrictive = policy("true", name="r", to="public", permissive=False)
    assert told(ungranted(prices(public())), prices(public(), restrictive)) == {"opening-intended"}
    for_all = replace(policy("true", name="all", to="public"), comment=SAID)
    assert told(prices(for_all), prices(for_all, anon="EEEE")) >= {"anon-writes"}
    assert "access-widened" in told(ungranted(prices(for_all)), prices(for_all))


def test_no_comment_of_before_excuses_what_another_policy_or_a_function_opens() -> None:
    one = public(using="published")
    other = public("bascule: intended because drafts are shown to testers", using="tester", name="other")
    before = prices(one, other, anon="l---", user_a="l---")
    assert "access-widened" in told(before, prices(one, replace(other, using="true")))
    asks = replace(public(using="public.is_mine(id)"), roles=("authenticated",))
    mine = exposed("public.prices", policies=[asks], anon="----", user_a="o---", user_b="o---")
    others = exposed("public.prices", policies=[asks], anon="----", user_a="O---", user_b="O---")
    [leak] = [each for each in judge(matrix_of(mine), matrix_of(others)) if each.rule == "rows-of-others"]
    assert leak.severity is Severity.ERROR
    assert "give the reason anew" in leak.effect


def test_a_new_name_makes_no_comment_new() -> None:
    narrow = prices(public(using="published"), anon="l---", user_a="l---")
    assert "access-widened" in told(narrow, prices(public(name="renamed")))
    elsewhere = replace(prices(public()), name="public.renamed")
    assert "access-widened" in told(narrow, elsewhere)
    beside = replace(prices(public()), name="public.tariffs")
    found = judge(matrix_of(narrow), Matrix(relations=(narrow, beside)))
    assert {each.rule for each in found} == {"opening-intended"}, "a reason may be given twice"


def test_where_comments_could_not_be_read_before_none_is_taken_for_new() -> None:
    unread = replace(prices(public(), anon="----", user_a="----"), policies_in_full=())
    assert "access-widened" in told(unread, prices(public()))


def test_a_new_table_of_which_some_rows_of_strangers_are_open_is_told_as_declared() -> None:
    edits = replace(policy("published", name="edit", command=Command.UPDATE), comment=SAID)
    after = exposed("public.prices", policies=[edits], anon="----", user_a="--O-", user_b="--O-")
    assert "rows-of-others" in told(None, replace(after, policies_in_full=(replace(edits, comment=None),)))
    assert told(None, after) == {"opening-intended"}


def test_a_declared_view_that_shows_more_is_told() -> None:
    view = exposed("public.prices", kind="v", bypasses=["public.hidden"], anon="E   ")
    more = replace(view, bypasses=("public.hidden", "public.salaries"))
    assert told(view, view, opening()) == set()
    assert told(view, more, opening()) == {"view-bypasses-rls"}


def test_what_could_not_be_asked_is_not_taken_for_declared() -> None:
    bare = exposed("public.prices", row_security=False, anon="E?--")
    assert "rls-disabled" in told(None, bare, opening(commands="select"))


def matrix_of(relation: ExposedRelation) -> Matrix:
    return Matrix(relations=(relation,))


def test_a_comment_does_not_vouch_for_what_a_restrictive_policy_withheld() -> None:
    vouched, withholds = public(), policy("not deleted", name="r", to="public", permissive=False)
    before = prices(vouched, withholds, anon="l---", user_a="l---")
    assert "access-widened" in told(before, prices(vouched))
    assert "access-widened" in told(before, prices(vouched, replace(withholds, using="true")))


def test_the_settings_excuse_the_roles_and_commands_that_they_name() -> None:
    after = prices(public(None))
    assert told(CLOSED, after, opening()) == {"opening-intended"}
    of_anon = judge(Matrix(relations=(CLOSED,)), Matrix(relations=(after,)), openings=[opening(roles="anon")])
    assert not any(each.rule == "access-widened" and "anon" in each.message for each in of_anon)
    assert any(each.rule == "access-widened" for each in of_anon)
    assert "access-widened" in told(CLOSED, after, opening(commands="insert"))


def test_the_settings_excuse_a_table_without_row_security_and_a_view_only_where_all_is_declared() -> None:
    bare = exposed("public.prices", row_security=False, anon="EE--")
    assert told(None, bare, opening()) == {"opening-intended"}
    assert "rls-disabled" in told(None, bare, opening(commands="select"))
    view = exposed("public.prices", kind="v", bypasses=["public.hidden"], anon="E   ", user_a="E   ")
    assert "view-bypasses-rls" in told(None, view)
    assert told(None, view, opening(commands="select")) == {"opening-intended"}


def test_an_opening_that_there_is_not_is_told() -> None:
    [note] = judge(Matrix(relations=(CLOSED,)), Matrix(relations=(CLOSED,)), openings=[opening(roles="anon")])
    assert (note.rule, note.severity) == ("opening-unused", Severity.NOTE)
    assert note.message == "the settings declare public.prices as open, and it is not"
    assert "opening-unused" in told(None, prices(public()), opening("public.price"), opening())


def test_a_line_for_us_that_is_no_declaration_is_told_and_excuses_nothing() -> None:
    for comment in ("bascule: intended", "BASCULE: intended because ", "Prices.\n bascule: because so"):
        after = prices(public(comment))
        assert told(CLOSED, after) >= {"access-widened", "opening-invalid"}
        again = judge(Matrix(relations=(after,)), Matrix(relations=(after,)))
        assert {each.severity for each in again if each.rule == "opening-invalid"} == {Severity.NOTE}
    assert told(CLOSED, prices(public(f"Prices.\n  {SAID} \nMore."))) == {"opening-intended"}
    [note] = judge(matrix_of(CLOSED), matrix_of(prices(public(f"{SAID} \x1b[31m{'x' * 999}"))))
    assert "\x1b" not in note.message
    assert len(note.message) < 400


def test_a_lint_is_excused_where_all_that_it_warns_of_is_declared() -> None:
    def noticed(notice: Notice, relation: ExposedRelation, *openings: Opening) -> bool:
        after = Matrix(relations=(relation,), notices=(notice,))
        return any(each.rule == notice.rule for each in judge(Matrix(), after, openings=openings))

    function = Notice(rule="definer-function-open", object="public.f()", detail="d", remedy="r", key="")
    assert noticed(function, CLOSED)
    assert not noticed(function, CLOSED, opening("public.f()", roles="anon"))
    intended = judge(Matrix(), Matrix(notices=(function,)), openings=[opening("public.f()")])
    assert [each.message for each in intended] == ["public.f(), as declared: d: they are public"]
    assert (
        judge(Matrix(notices=(function,)), Matrix(notices=(function,)), openings=[opening("public.f()")])
        == ()
    )
    assert noticed(function, CLOSED, opening("public.f(text)"))

    inserts = policy(check="true", name="any", command=Command.INSERT)
    writes = Notice(rule="open-write-policy", object="public.prices", detail="d", remedy="r", key="any")
    relation = prices(inserts, anon="----", user_a="-E--")
    assert noticed(writes, relation)
    assert not noticed(writes, relation, opening(roles="authenticated", commands="insert"))
    assert not noticed(writes, prices(replace(inserts, comment=SAID), anon="----", user_a="-E--"))

    secret = Notice(rule="sensitive-column-readable", object="public.prices", detail="d", remedy="r", key="t")
    assert noticed(secret, relation, opening())


def test_a_comment_does_not_vouch_for_what_another_policy_opens() -> None:
    declared = replace(policy(check="price > 0", name="form", command=Command.INSERT), comment=SAID)
    anything = policy(check="true", name="any", command=Command.INSERT)
    own = policy("owner = auth.uid()")
    alone = exposed("public.prices", policies=[declared, own], anon="----", user_a="-l--")
    assert told(None, alone) == set()
    both = exposed("public.prices", policies=[declared, anything], anon="----", user_a="oE--")
    assert told(None, both) == {"rows-of-others"}
    assert told(None, replace(both, policies_in_full=(declared, replace(anything, comment=SAID)))) == {
        "opening-intended"
    }
    excused = replace(declared, check="true")
    assert told(None, replace(both, policies_in_full=(excused, anything))) == {"opening-intended"}


def reached(relation: ExposedRelation, *through: Through) -> ExposedRelation:
    """Return it with what each policy lets through by itself."""
    cells = (replace(c, reach=replace(c.reach, through=through)) if c.reach else c for c in relation.cells)
    return replace(relation, cells=tuple(cells))


def test_rows_that_a_declared_policy_does_not_let_through_are_told() -> None:
    own, some = policy("owner = auth.uid()"), public(using="published")
    asks = replace(policy("auth.uid() IS NOT NULL", name="signed"), command=Command.SELECT)
    relation = exposed("public.prices", policies=[own, some, asks], anon="----", user_a="O---", user_b="----")
    through = Through(policy="public", rows=("B",))
    assert told(None, reached(relation, through)) == {"opening-intended"}
    [leak] = judge(None, matrix_of(reached(relation, Through(policy="signed", rows=("B",)))))
    assert (leak.rule, leak.severity) == ("rows-of-others", Severity.ERROR)
    assert '"signed"' in leak.message
    assert '"public"' not in leak.message


def test_a_comment_does_not_vouch_for_a_policy_of_a_role_that_a_client_may_be_a_member_of() -> None:
    of_group = policy("true", name="staff", to="staff", command=Command.SELECT)
    after = prices(public(using="published"), of_group)
    assert "access-widened" in told(CLOSED, after)


def test_the_settings_excuse_no_more_than_the_policy_that_they_name() -> None:
    some, other = public(None, using="published"), public(None, name="other")
    named = replace(opening(), policy="other")
    assert "access-widened" in told(CLOSED, prices(some, other), replace(opening(), policy="public"))
    assert told(CLOSED, prices(some, other), named) == {"opening-intended"}
    bare = replace(prices(other, anon="EEEE", user_a="EEEE"), row_security=False)
    assert "rls-disabled" in told(CLOSED, bare, named)


def test_a_lint_of_one_policy_is_not_excused_by_a_comment_on_another() -> None:
    inserts = policy(check="true", name="any", command=Command.INSERT)
    form = replace(policy(check="price > 0", name="form", command=Command.INSERT), comment=SAID)
    relation = prices(inserts, form, anon="----", user_a="-l--")
    notices = tuple(
        Notice(rule="open-write-policy", object="public.prices", detail=key, remedy="r", key=key)
        for key in ("any", "form")
    )
    found = judge(None, Matrix(relations=(relation,), notices=notices))
    assert [each.message for each in found if each.rule == "open-write-policy"] == ["public.prices: any"]


@pytest.mark.parametrize(
    ("asks", "rule"),
    [
        ("(owner = auth.uid())", "opening-intended"),
        ("(auth.uid() IS NOT NULL)", "access-widened"),
        ("(( SELECT auth.uid() AS uid) IS NOT NULL)", "access-widened"),
        ("((storage.foldername(name))[1] = 'invoices'::text)", "access-widened"),
        ("((storage.foldername(name))[1] = (auth.uid())::text)", "opening-intended"),
    ],
)
def test_without_rows_only_what_asks_whose_they_are_is_taken_for_people_s_own(asks: str, rule: str) -> None:
    some, other = public(using="published"), public(None, name="other", using=asks)
    assert told(CLOSED, prices(some, other, anon="l---", user_a="l---")) == {rule}


def test_the_remedy_leaves_the_policy_alone_that_is_declared() -> None:
    form = replace(policy(check="price > 0", name="form", command=Command.INSERT, to="anon"), comment=SAID)
    anything = policy(check="true", name="any", command=Command.INSERT, to="anon")
    after = exposed("public.prices", policies=[form, anything], anon="-E--", user_a="----")
    [told_of] = [each for each in judge(None, matrix_of(after)) if each.rule == "anon-writes"]
    assert '"any"' in told_of.remedy
    assert '"form"' not in told_of.remedy
