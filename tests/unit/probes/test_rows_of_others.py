"""Who got at whose row, which policy let it through, and the smallest change that would mend it."""

from dataclasses import replace

import pytest

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.matrix import Command, ExposedRelation, Matrix, Policy
from orchestrator.probes.judge import judge
from tests.support.matrices import exposed, policy

OWN = "(owner = ( SELECT auth.uid() AS uid))"
MINE = policy(OWN, OWN)
SAFE = exposed(policies=[MINE], anon="----", user_a="oooo", user_b="oooo", service_role="EEEE")


def leaky(*policies: Policy, user: str = "Oooo", plain: bool = True) -> ExposedRelation:
    return exposed(policies=policies, anon="----", user_a=user, user_b=user, service_role="EEEE", plain=plain)


def found(now: ExposedRelation, before: ExposedRelation | None = SAFE) -> Finding:
    earlier = Matrix(relations=(before,)) if before else None
    [finding] = [each for each in judge(earlier, Matrix(relations=(now,))) if each.rule == "rows-of-others"]
    return finding


def test_a_leak_names_who_the_row_the_policy_and_what_it_says() -> None:
    finding = found(leaky(policy(f"({OWN} OR (id > 0))", OWN)))
    assert finding.severity is Severity.ERROR
    assert finding.message == (
        "authenticated (select) reach rows of strangers on public.notes: made-up rows B and A; "
        'user_a got at B (id -B, owner B, of user_b); by policy "own", which says '
        "((owner = (select auth.uid())) OR (id > 0))"
    )


def test_a_policy_that_changed_is_put_back() -> None:
    assert found(leaky(policy("true", OWN))).remedy == (
        'put it back: alter policy "own" on public.notes using ((owner = (select auth.uid())));'
    )


def test_a_check_that_was_left_out_counted_as_the_condition_of_using() -> None:
    before = exposed(policies=[policy(OWN)], user_a="oooo", user_b="oooo")
    now = leaky(policy(OWN, "true"), user="oOoo")
    assert found(now, before).remedy == (
        'put it back: alter policy "own" on public.notes with check ((owner = (select auth.uid())));'
    )


def test_a_new_policy_is_narrowed_or_dropped_and_the_one_beside_it_is_not_blamed() -> None:
    finding = found(leaky(MINE, policy("true", name="All read", command=Command.SELECT)))
    assert 'by policy "All read", which says true' in finding.message
    assert '"own"' not in finding.message
    assert finding.remedy == (
        'alter policy "All read" on public.notes using ((select auth.uid()) = "owner"); '
        'or: drop policy "All read" on public.notes;'
    )


def test_where_no_policy_changed_what_they_ask_did() -> None:
    asking = policy("private.may_see(id)")
    before = exposed(policies=[asking], user_a="oooo", user_b="oooo")
    assert found(leaky(asking), before).remedy.startswith("the policy is what it was: what it asks")


def test_a_restrictive_policy_that_is_gone_is_put_back() -> None:
    fence = policy("(tenant = 1)", name="fence", permissive=False)
    before = exposed(policies=[MINE, fence], user_a="oooo", user_b="oooo")
    finding = found(leaky(MINE), before)
    assert 'what policy "fence" withheld is open' in finding.message
    assert finding.remedy == (
        'put back what held it: create policy "fence" on public.notes as restrictive to "authenticated" '
        "using ((tenant = 1));"
    )


@pytest.mark.parametrize(
    ("using", "left"),
    [
        (f"({OWN} OR (id > 0))", "(owner = (select auth.uid()))"),
        (f"({OWN} OR ((note = 'x) OR (y'::text) OR private.f(id)))", None),
        ("(a OR b)", '(a OR b) and ((select auth.uid()) = "owner")'),
        ("true", '(select auth.uid()) = "owner"'),
    ],
)
def test_of_alternatives_those_that_ask_nobody_are_left_out(using: str, left: str | None) -> None:
    remedy = found(leaky(policy(using, name="p", command=Command.SELECT)), None).remedy
    if left is not None:
        assert remedy == f'alter policy "p" on public.notes using ({left});'
    else:
        assert "'x) OR (y'" in remedy, "an OR inside a text or a parenthesis splits nothing"


def test_what_may_be_meant_is_a_note_and_what_cannot_be_an_error_where_there_is_no_earlier_moment() -> None:
    asking = policy(f"({OWN} OR (id > 0))")
    assert found(leaky(asking), None).severity is Severity.ERROR
    assert found(leaky(asking, plain=False), None).severity is Severity.NOTE
    assert found(leaky(policy("published")), None).severity is Severity.NOTE
    assert found(leaky(), None).severity is Severity.NOTE, "the policies were not read"


def test_rows_that_everybody_signed_in_may_write_are_an_error_where_there_is_no_earlier_moment() -> None:
    now = exposed(policies=[policy("true")], anon="----", user_a="oEoo", user_b="oEoo")
    assert found(now, None).severity is Severity.ERROR


def test_what_anon_may_do_as_well_is_told_once() -> None:
    now = exposed(policies=[policy("true", to="public")], anon="-E--", user_a="oEoo", user_b="oEoo")
    rules = [each.rule for each in judge(None, Matrix(relations=(now,))) if each.severity is Severity.ERROR]
    assert rules == ["anon-writes"]


def test_whoever_means_it_is_told_how_to_say_so_unless_strangers_write() -> None:
    public = policy("true", name="public", command=Command.SELECT)
    assert found(leaky(public), None).effect.endswith(
        "if that is meant, say so: bascule explain opening-intended"
    )
    writing = exposed(policies=[policy("true")], anon="----", user_a="oEoo", user_b="oEoo")
    assert "meant" not in found(writing, None).effect


def test_a_new_table_that_is_open_to_all_who_sign_in_is_told_and_an_error_where_they_write() -> None:
    owned = exposed(policies=[policy("true")], anon="----", user_a="Eo--", user_b="Eo--")
    assert judge(Matrix(), Matrix(relations=(replace(owned, owned=False),))) == ()
    found_now = judge(Matrix(), Matrix(relations=(owned,)))
    assert [(each.rule, each.severity) for each in found_now] == [("rows-of-others", Severity.NOTE)]
    writes = exposed(policies=[policy("true")], anon="----", user_a="EoEE", user_b="EoEE")
    severities = {each.severity for each in judge(Matrix(), Matrix(relations=(writes,)))}
    assert Severity.ERROR in severities
    catalogue = exposed(policies=[policy("true", to="public")], anon="E---", user_a="Eo--", user_b="Eo--")
    assert {each.rule for each in judge(Matrix(), Matrix(relations=(catalogue,)))} == {"access-widened"}
