"""Each lint's story, in one transaction: something is spoilt and mended; the notice comes and goes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
import pytest

from orchestrator.adapters.postgres.target.read import OpenDatabase
from orchestrator.domain.finding import Severity
from orchestrator.domain.matrix import Matrix, Notice
from orchestrator.probes.judge import judge
from orchestrator.probes.lints import LINTS
from orchestrator.probes.notices import read_notices
from tests.support.servers import TestDatabase

if TYPE_CHECKING:
    from tests.integration.probes.conftest import Target

ORDERS = """
    create table public.orders (id bigint primary key, owner uuid, note text, token text, public boolean);
    create index on public.orders (owner);
    insert into public.orders (id) select * from generate_series(1, 1000);
    analyze public.orders;
    alter table public.orders enable row level security;
    create policy own on public.orders to authenticated using ((select auth.uid()) = owner);
    revoke all on public.orders from anon, authenticated;
    grant select, insert, update, delete on public.orders to anon, authenticated;
"""


@dataclass(frozen=True, kw_only=True)
class Story:
    rule: str
    #: done as a superuser
    given: str = ""
    bad: str
    #: in the detail or the remedy
    says: str
    mend: str
    object: str = "public.orders"
    name: str = ""


STORIES = [
    Story(
        rule="policy-without-rls",
        given="revoke all on public.orders from anon, authenticated",
        bad="alter table public.orders disable row level security",
        says="no policy counts: own",
        mend="alter table public.orders enable row level security",
    ),
    Story(
        rule="multiple-permissive-policies",
        bad="create policy also on public.orders for select to authenticated using (note = 'x')",
        says="also, own for authenticated (select)",
        mend="alter policy also on public.orders to anon",
    ),
    Story(
        rule="unindexed-policy-column",
        bad="drop index public.orders_owner_idx",
        says="create index on public.orders (owner);",
        mend="create index on public.orders (owner, id)",
    ),
    Story(
        rule="unindexed-policy-column",
        name="compared the other way round, behind a sub-select",
        bad="""alter policy own on public.orders
                 using (exists (select from pg_class where relname = note)
                        and note = (select auth.role()))""",
        says="create index on public.orders (note);",
        mend="create index on public.orders (note)",
    ),
    Story(
        rule="policy-row-function",
        bad="alter policy own on public.orders using (owner = auth.uid())",
        says="(select auth.uid())",
        mend="alter policy own on public.orders using (owner = (select auth.uid()))",
    ),
    Story(
        rule="policy-row-function",
        name="behind a sub-select",
        bad="""alter policy own on public.orders using
                 ((select auth.role()) = 'x' or note = current_setting('request.path', true))""",
        says="current_setting(…)",
        mend="""alter policy own on public.orders using
                  ((select auth.role()) = 'x' or note = (select current_setting('request.path', true)))""",
    ),
    Story(
        rule="user-metadata-in-policy",
        bad="""alter policy own on public.orders
                 using (((select auth.jwt()) -> 'user_metadata' ->> 'role') = 'staff')""",
        says="own believes",
        mend="""alter policy own on public.orders
                  using (((select auth.jwt()) -> 'app_metadata' ->> 'role') = 'staff')""",
    ),
    Story(
        rule="user-metadata-in-policy",
        name="by way of a function",
        given="""create function public.staff() returns boolean language sql stable as $$
                   select (auth.jwt() -> 'app_metadata' ->> 'role') = 'staff' -- not user_metadata
                 $$;
                 alter policy own on public.orders using ((select public.staff()))""",
        bad="""create or replace function public.staff() returns boolean language sql stable as $$
                 select (auth.jwt() -> 'user_metadata' ->> 'role') = 'staff' $$""",
        says="in public.staff()",
        mend="""create or replace function public.staff() returns boolean language sql stable as $$
                  select (auth.jwt() -> 'app_metadata' ->> 'role') = 'staff' $$""",
    ),
    Story(
        rule="user-metadata-in-policy",
        name="in auth.users",
        bad="""alter policy own on public.orders using (exists (select from auth.users u
                 where u.id = (select auth.uid()) and u.raw_user_meta_data ->> 'role' = 'staff'))""",
        says="own believes",
        mend="""alter policy own on public.orders using (exists (select from auth.users u
                  where u.id = (select auth.uid()) and u.raw_app_meta_data ->> 'role' = 'staff'))""",
    ),
    Story(
        rule="definer-function-open",
        bad="""create function public.total() returns bigint language sql security definer
                 set search_path = '' as 'select count(*) from public.orders'""",
        says="revoke execute on function public.total() from public, anon",
        mend="revoke execute on function public.total() from public, anon",
        object="public.total()",
    ),
    Story(
        rule="function-search-path",
        bad="""create function public.total() returns bigint language sql security definer
                 as 'select count(*) from orders where owner = auth.uid()'""",
        says="alter function public.total() set search_path = '';",
        mend="alter function public.total() set search_path = ''",
        object="public.total()",
    ),
    Story(
        rule="extension-exposed",
        bad="alter extension pgcrypto set schema public",
        says="alter extension pgcrypto set schema extensions;",
        mend="alter extension pgcrypto set schema extensions",
        object="pgcrypto",
    ),
    Story(
        rule="auth-users-shown",
        bad="""create function public.people() returns setof auth.users language sql security definer
                 set search_path = '' as 'select * from auth.users'""",
        says="revoke execute on function public.people()",
        mend="revoke execute on function public.people() from public, anon, authenticated",
        object="public.people()",
    ),
    Story(
        rule="auth-users-shown",
        name="by a view that nothing limits",
        given="alter table auth.users disable row level security",
        bad="""create view public.people as select * from auth.users;
               grant select on public.people to authenticated""",
        says="revoke all on public.people from anon, authenticated;",
        mend="revoke all on public.people from anon, authenticated",
        object="public.people",
    ),
    Story(
        rule="open-write-policy",
        bad="create policy everybody on public.orders for update to authenticated using (true)",
        says="update rows of everybody",
        mend="alter policy everybody on public.orders using (note = 'x')",
    ),
    Story(
        rule="open-write-policy",
        name="rows in the name of others",
        given="alter table public.orders add foreign key (owner) references auth.users",
        bad="create policy everybody on public.orders for insert to authenticated with check (true)",
        says="insert rows of everybody",
        mend="alter policy everybody on public.orders with check (owner = (select auth.uid()))",
    ),
    Story(
        rule="write-policy-without-user",
        bad="create policy drafts on public.orders for update using (public)",
        says="lets anon update",
        mend="alter policy drafts on public.orders to authenticated",
    ),
    Story(
        rule="policy-for-idle-role",
        given="create role lint_editor nologin",
        bad="create policy editors on public.orders for select to lint_editor using (true)",
        says="lint_editor",
        mend="grant lint_editor to authenticator",
    ),
    Story(
        rule="foreign-table-open",
        given="""create foreign data wrapper nowhere; create server nowhere foreign data wrapper nowhere;
                 create foreign table public.abroad (id bigint) server nowhere;
                 revoke all on public.abroad from anon, authenticated""",
        bad="grant select on public.abroad to anon",
        says="clients may use it: anon",
        mend="revoke all on public.abroad from anon",
        object="public.abroad",
    ),
    Story(
        rule="storage-policy-without-bucket",
        bad="""create policy own on storage.objects for select to authenticated
                 using (owner = (select auth.uid()))""",
        says="bucket_id",
        mend="alter policy own on storage.objects using (bucket_id = 'a' and owner = (select auth.uid()))",
        object="storage.objects",
    ),
    Story(
        rule="bucket-listing-open",
        bad="create policy all_see on storage.objects for select using (bucket_id = 'avatars')",
        says="list every file",
        mend="""alter policy all_see on storage.objects
                  using (bucket_id = 'avatars' and owner = (select auth.uid()))""",
        object="storage.objects",
    ),
    Story(
        rule="realtime-without-policy",
        bad="""create function public.told() returns trigger language plpgsql set search_path = '' as $$ begin
                 perform realtime.broadcast_changes(
                   'a', tg_op, tg_op, tg_table_name, tg_table_schema, new, old);
                 return null; end $$""",
        says="create policy",
        mend="create policy listen on realtime.messages for select to authenticated using (true)",
        object="public.told()",
    ),
    Story(
        rule="sensitive-column-readable",
        bad="create policy shown on public.orders for select to anon using (public)",
        says="anon may read token",
        mend="revoke select on public.orders from anon; grant select (id) on public.orders to anon",
    ),
    Story(
        rule="truncate-left",
        given="grant all on public.orders to anon",
        bad="revoke insert, update, delete on public.orders from anon",
        says="revoke truncate on public.orders from anon;",
        mend="revoke truncate on public.orders from anon",
    ),
    Story(
        rule="owner-escapes-rls",
        bad="""grant create on schema public to authenticated;
               alter table public.orders owner to authenticated""",
        says="alter table public.orders owner to postgres",
        mend="alter table public.orders force row level security",
    ),
]


def noticed(connection: psycopg.Connection) -> tuple[Notice, ...]:
    """Ask as `postgres`, which is no superuser."""
    with connection.transaction(force_rollback=True):
        connection.execute("set local role postgres; set local search_path = pg_catalog")
        return read_notices(OpenDatabase(connection, "staging"), ["public"])


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story.rule} {story.name}".strip())
def test_a_notice_comes_and_goes(story: Story, target_database: TestDatabase) -> None:
    def about() -> list[Notice]:
        return [n for n in noticed(connection) if (n.rule, n.object) == (story.rule, story.object)]

    with psycopg.connect(target_database.superuser_url) as connection:
        connection.execute(ORDERS + story.given)
        assert about() == []

        connection.execute(story.bad)
        [found] = about()
        assert story.says in f"{found.detail} {found.remedy}"

        connection.execute(story.mend)
        assert about() == []
        connection.rollback()


def test_every_lint_has_its_story_its_page_and_no_second_name() -> None:
    assert [lint.rule for lint in LINTS] == sorted({story.rule for story in STORIES})


def test_nothing_is_noticed_in_a_database_that_is_only_prepared(target: "Target") -> None:
    assert target.matrix().notices == ()


def test_what_was_noticed_before_is_a_note_and_what_is_new_has_its_own_weight(target: "Target") -> None:
    target.does(ORDERS + "create policy all_write on public.orders for update to authenticated using (true)")
    before = target.matrix()
    target.does("create policy all_drop on public.orders for delete to authenticated using (true)")
    told = [
        (finding.severity, finding.object)
        for finding in judge(before, target.matrix())
        if finding.rule == "open-write-policy"
    ]
    assert told == [(Severity.WARNING, "public.orders"), (Severity.NOTE, "public.orders")]


def test_a_matrix_from_before_there_were_lints_knows_of_no_notice(target: "Target") -> None:
    target.does(ORDERS)
    assert (
        judge(
            Matrix(), Matrix(notices=(Notice(rule="of-tomorrow", object="a", detail="", remedy="", key=""),))
        )
        == ()
    )


def test_nobody_who_holds_a_lock_is_waited_for(target: "Target") -> None:
    target.does(ORDERS + "drop index public.orders_owner_idx")
    with psycopg.connect(target.url) as other:
        other.execute("lock table public.orders in access exclusive mode")
        rules = {notice.rule for notice in target.matrix().notices}
    assert "unindexed-policy-column" in rules
