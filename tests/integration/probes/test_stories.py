"""Each rule's story: something is put right, spoilt, and mended; the finding comes and goes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from orchestrator.domain.finding import Severity, Source
from orchestrator.probes.judge import judge

if TYPE_CHECKING:
    from tests.integration.probes.conftest import Target

ORDERS = """
    create table public.orders (id bigint generated always as identity primary key, owner uuid, note text);
    alter table public.orders enable row level security;
    create policy own on public.orders to authenticated using ((select auth.uid()) = owner);
    grant all on public.orders to anon, authenticated, service_role;
"""
RECURSES = "exists (select from public.orders o where o.owner = (select auth.uid()))"
LOOK_UP = """
    create function public.owns_any() returns boolean
      language sql stable security definer set search_path = ''
      as 'select exists (select from public.orders o where o.owner = (select auth.uid()))';
"""


@dataclass(frozen=True, kw_only=True)
class Story:
    name: str
    rule: str
    severity: Severity
    given: str = ORDERS
    bad: str
    #: in the message or the remedy
    says: str
    mend: str
    object: str = "public.orders"


def _recursion(command: str, clause: str) -> Story:
    return Story(
        name=f"a policy for {command} that reads its own table",
        rule="policy-error",
        severity=Severity.ERROR,
        bad=f"create policy recursive on public.orders for {command} to authenticated {clause} ({RECURSES})",
        says="42P17",
        mend=f"{LOOK_UP} alter policy recursive on public.orders {clause} (public.owns_any())",
    )


STORIES = [
    _recursion("select", "using"),
    _recursion("insert", "with check"),
    _recursion("update", "using"),
    _recursion("delete", "using"),
    Story(
        name="two tables whose policies read each other",
        rule="policy-error",
        severity=Severity.ERROR,
        bad="""create table public.teams (id bigint, owner uuid);
               alter table public.teams enable row level security;
               grant all on public.teams to anon, authenticated, service_role;
               create policy seen on public.teams for select using (exists (select from public.orders));
               create policy team on public.orders for select using (exists (select from public.teams))""",
        says="team",
        mend="drop policy team on public.orders",
    ),
    Story(
        name="a new table without row security that the default privileges grant",
        rule="rls-disabled",
        severity=Severity.ERROR,
        bad="create table public.notes (id int); grant all on public.notes to anon, authenticated",
        says="alter table public.notes enable row level security;",
        mend="alter table public.notes enable row level security",
        object="public.notes",
    ),
    Story(
        name="row security switched off",
        rule="rls-disabled",
        severity=Severity.ERROR,
        bad="alter table public.orders disable row level security",
        says="enable row level security",
        mend="alter table public.orders enable row level security",
    ),
    Story(
        name="a partition without row security, asked directly",
        rule="rls-disabled",
        severity=Severity.ERROR,
        given="""create table public.logs (at date not null, owner uuid) partition by range (at);
                 alter table public.logs enable row level security;
                 create policy own on public.logs to authenticated using ((select auth.uid()) = owner);
                 grant all on public.logs to anon, authenticated, service_role""",
        bad="""create table public.logs_2026 partition of public.logs
                 for values from ('2026-01-01') to ('2027-01-01');
               grant all on public.logs_2026 to anon, authenticated, service_role""",
        says="the policies of public.logs do not count",
        mend="alter table public.logs_2026 enable row level security",
        object="public.logs_2026",
    ),
    Story(
        name="a policy that lets anybody write",
        rule="anon-writes",
        severity=Severity.ERROR,
        bad="create policy everybody on public.orders using (true) with check (true)",
        says="anon may insert, update, delete",
        mend="alter policy everybody on public.orders to authenticated",
    ),
    Story(
        name="a policy that lets anybody add rows",
        rule="anon-writes",
        severity=Severity.ERROR,
        bad="create policy everybody on public.orders for insert with check (true)",
        says="anon may insert without any limit",
        mend="alter policy everybody on public.orders with check (note is not null)",
    ),
    Story(
        name="a policy that lets anybody read",
        rule="access-widened",
        severity=Severity.WARNING,
        bad="create policy everybody on public.orders for select using (true)",
        says="anon (select)",
        mend="drop policy everybody on public.orders",
    ),
    Story(
        name="a new table that shows everybody every row",
        rule="access-widened",
        severity=Severity.WARNING,
        bad="""create table public.notes (id bigint); alter table public.notes enable row level security;
               grant select on public.notes to anon;
               create policy everybody on public.notes for select using (true)""",
        says="new on public.notes: anon (select), every row",
        mend="revoke select on public.notes from anon",
        object="public.notes",
    ),
    Story(
        name="a table that is no longer granted",
        rule="access-narrowed",
        severity=Severity.WARNING,
        bad="revoke select, update on public.orders from authenticated",
        says="grant select, update on public.orders to authenticated;",
        mend="grant select, update on public.orders to authenticated",
    ),
    Story(
        name="all policies dropped",
        rule="access-narrowed",
        severity=Severity.WARNING,
        bad="drop policy own on public.orders",
        says="no policy admits it any more",
        mend="create policy own on public.orders to authenticated using ((select auth.uid()) = owner)",
    ),
    Story(
        name="a view that runs as its owner",
        rule="view-bypasses-rls",
        severity=Severity.ERROR,
        bad="create view public.totals as select * from public.orders; grant select on public.totals to anon",
        says="alter view public.totals set (security_invoker = true)",
        mend="alter view public.totals set (security_invoker = true)",
        object="public.totals",
    ),
    Story(
        name="a view that loses security_invoker when it is replaced",
        rule="view-bypasses-rls",
        severity=Severity.ERROR,
        given=ORDERS
        + """create view public.totals with (security_invoker) as select id from public.orders;
             grant select on public.totals to authenticated""",
        bad="create or replace view public.totals as select id from public.orders",
        says="public.orders",
        mend="alter view public.totals set (security_invoker = on)",
        object="public.totals",
    ),
    Story(
        name="a view over a view that runs as its owner",
        rule="view-bypasses-rls",
        severity=Severity.ERROR,
        bad="""create schema private;
               create view private.inner_view with (security_invoker) as select * from public.orders;
               create view public.outer_view as select * from private.inner_view;
               grant select on public.outer_view to anon""",
        says="public.orders",
        mend="revoke all on public.outer_view from anon, authenticated",
        object="public.outer_view",
    ),
    Story(
        name="a materialized view over a protected table",
        rule="view-bypasses-rls",
        severity=Severity.WARNING,
        bad="""create materialized view public.snapshot as select * from public.orders;
               grant select on public.snapshot to anon, authenticated""",
        says="revoke all on public.snapshot from anon, authenticated;",
        mend="revoke all on public.snapshot from anon, authenticated",
        object="public.snapshot",
    ),
    Story(
        name="a policy that calls a function whose body names what is not there",
        rule="policy-error",
        severity=Severity.ERROR,
        bad="""set local check_function_bodies = off;
               create function public.staff() returns boolean language sql stable as 'select private.gone()';
               create policy staff on public.orders for select to authenticated using (public.staff())""",
        says="3F000",
        mend="create or replace function public.staff() returns boolean stable return false",
    ),
    Story(
        name="a policy that calls a function that calls a missing one",
        rule="policy-error",
        severity=Severity.ERROR,
        bad="""set local check_function_bodies = off;
               create function public.staff() returns boolean language sql stable as 'select gone(1)';
               create policy staff on public.orders for select to authenticated using (public.staff())""",
        says="42883",
        mend="create or replace function public.staff() returns boolean stable return false",
    ),
    Story(
        name="a policy that reads a table without a grant",
        rule="denied-inside",
        severity=Severity.WARNING,
        bad="""create schema private; grant usage on schema private to authenticated;
               create table private.staff (id uuid);
               create policy staff on public.orders for select to authenticated
                 using (exists (select from private.staff s where s.id = (select auth.uid())))""",
        says="staff",
        mend="grant select on private.staff to authenticated",
    ),
    Story(
        name="a table that is granted to nobody",
        rule="no-grant",
        severity=Severity.WARNING,
        given="""alter default privileges in schema public
                 revoke all on tables from anon, authenticated, service_role""",
        bad="create table public.notes (id bigint); alter table public.notes enable row level security",
        says="grant select, insert, update, delete on public.notes to authenticated, service_role;",
        mend="grant select, insert, update, delete on public.notes to authenticated, service_role",
        object="public.notes",
    ),
    Story(
        name="a policy for a role without the privilege",
        rule="forgotten-grant",
        severity=Severity.WARNING,
        given=ORDERS + "revoke all on public.orders from authenticated; drop policy own on public.orders",
        bad="create policy own on public.orders for select to authenticated using (owner = auth.uid())",
        says="grant select on public.orders to authenticated;",
        mend="grant select on public.orders to authenticated",
    ),
    Story(
        name="row security on, and no policy",
        rule="rls-without-policy",
        severity=Severity.NOTE,
        bad="""create table public.notes (id bigint, owner uuid);
               alter table public.notes enable row level security;
               grant all on public.notes to anon, authenticated, service_role""",
        says="no policy exists",
        mend="create policy own on public.notes to authenticated using (owner = (select auth.uid()))",
        object="public.notes",
    ),
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_fault_is_found_and_is_gone_when_mended(story: Story, target: "Target") -> None:
    target.does(story.given)
    before = target.matrix()

    target.does(story.bad)
    after = target.matrix()
    found = [f for f in judge(before, after) if (f.rule, f.object) == (story.rule, story.object)]
    assert [f.severity for f in found][:1] == [story.severity], judge(before, after)
    assert story.says in f"{found[0].message} {found[0].remedy}"
    assert found[0].source is Source.SMOKE

    again = [f for f in judge(after, after) if f.rule == story.rule]
    assert Severity.ERROR not in {f.severity for f in again}

    target.does(story.mend)
    left = [f for f in judge(before, target.matrix()) if (f.rule, f.object) == (story.rule, story.object)]
    assert left == []


def test_a_sound_table_gives_no_finding(target: "Target") -> None:
    assert target.findings_after(ORDERS) == ()


def test_a_table_that_is_gone_is_no_finding(target: "Target") -> None:
    target.does(ORDERS)
    assert target.findings_after("drop table public.orders") == ()


def test_row_security_switched_on_under_a_view_of_before_refuses_nothing(target: "Target") -> None:
    target.does(
        """create table public.open (id bigint); create view public.shown as select * from public.open;
           grant all on public.open, public.shown to anon"""
    )
    found = target.findings_after("alter table public.open enable row level security")
    assert [(f.rule, f.severity) for f in found if f.rule == "view-bypasses-rls"] == [
        ("view-bypasses-rls", Severity.WARNING)
    ]
    assert Severity.ERROR not in {f.severity for f in found}


def test_what_a_comment_declares_as_meant_is_told_once_with_its_reason(target: "Target") -> None:
    target.does(ORDERS)
    opened = """create policy "Seen by all" on public.orders for select to anon using (true);
                comment on policy "Seen by all" on public.orders is
                  E'The board in the hall.\\nbascule: intended because the board shows them'"""
    found = target.findings_after(opened)
    assert [(f.rule, f.severity) for f in found] == [("opening-intended", Severity.NOTE)]
    assert "the board shows them" in found[0].message
    later = target.findings_after('alter policy "Seen by all" on public.orders to anon, authenticated')
    assert "access-widened" in {f.rule for f in later}
    assert not {"access-widened", "opening-intended"} & {f.rule for f in target.findings_after("select 1")}
