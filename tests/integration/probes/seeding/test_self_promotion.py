"""Whoever may write what policies trust reaches what is others', and that is shown by doing it."""

import re
from collections.abc import Iterator

import psycopg
import pytest

from orchestrator.domain.finding import Finding, Severity
from orchestrator.probes.judge import judge
from tests.support.seeded import probed
from tests.support.servers import TestDatabase

UID = "(select auth.uid())"
PROFILES = f"""
create table public.profiles (
  id uuid primary key references auth.users (id),
  nick text,
  is_admin boolean not null default false
);
alter table public.profiles enable row level security;
grant select, insert, update, delete on public.profiles to authenticated;
create policy reads on public.profiles for select to authenticated using (id = {UID});
create policy changes on public.profiles for update to authenticated
  using (id = {UID}) with check (id = {UID});
create function public.is_admin() returns boolean language sql stable security definer set search_path = ''
  return (select p.is_admin from public.profiles p where p.id = auth.uid());
create table public.invoices (
  id bigint generated always as identity primary key,
  owner uuid not null references auth.users (id)
);
alter table public.invoices enable row level security;
grant select, insert, update, delete on public.invoices to authenticated;
create policy own on public.invoices to authenticated using (owner = {UID} or public.is_admin());
"""
MEMBERS = f"""
create table public.teams (id uuid primary key default gen_random_uuid(), name text);
create table public.members (
  team uuid references public.teams (id),
  person uuid references auth.users (id),
  role text not null default 'member' check (role in ('owner', 'admin', 'member')),
  primary key (team, person)
);
create table public.tasks (
  id bigint generated always as identity primary key,
  team uuid not null references public.teams (id)
);
alter table public.teams enable row level security;
alter table public.members enable row level security;
alter table public.tasks enable row level security;
grant select, insert, update, delete on public.teams, public.members, public.tasks to authenticated;
create policy own on public.members for select to authenticated using (person = {UID});
create function public.stands(team uuid) returns text
  language sql stable security definer set search_path = ''
  return (select m.role from public.members m where m.team = stands.team and m.person = auth.uid());
create policy reads on public.tasks for select to authenticated using (public.stands(team) is not null);
create policy changes on public.tasks for update to authenticated
  using (public.stands(team) in ('owner', 'admin'));
"""
STAFF = f"""
create table public.staff (
  id bigint generated always as identity primary key,
  person uuid not null unique references auth.users (id),
  "is boss" boolean not null default false
);
alter table public.staff enable row level security;
grant select, update on public.staff to authenticated;
create policy own on public.staff to authenticated using (person = {UID}) with check (person = {UID});
create table public.salaries (id bigint generated always as identity primary key, amount int);
alter table public.salaries enable row level security;
grant select on public.salaries to authenticated;
create policy bosses on public.salaries for select to authenticated
  using (exists (select from public.staff s where s.person = {UID} and s."is boss"));
"""
OWN_MEMBERSHIP = f"using (person = {UID}) with check (person = {UID})"


@pytest.fixture
def connection(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(target_database.url) as connection:
        yield connection
        connection.rollback()


def told(connection: psycopg.Connection) -> list[Finding]:
    return [each for each in judge(None, probed(connection, ["public"])) if each.rule == "self-promotion"]


def test_a_flag_of_the_own_account_that_opens_what_is_others_is_told_with_all_that_it_opens(connection):
    connection.execute(PROFILES)
    [found] = told(connection)
    assert (found.severity, found.object) == (Severity.ERROR, "public.profiles")
    assert found.message.startswith(
        'a user who sets is_admin to true in their own row of public.profiles, by policy "changes",'
    )
    assert "then reads public.invoices (B" in found.message
    assert "changes public.invoices (B" in found.message
    assert "removes public.invoices (B" in found.message


@pytest.mark.parametrize(
    "column",
    ["role text not null default 'user'", "role text", "role text not null", "role public.standing not null"],
)
def test_a_role_of_the_own_account_is_told_of_however_it_is_written(connection, column):
    connection.execute("create type public.standing as enum ('user', 'admin')")
    by_role = PROFILES.replace("is_admin boolean not null default false", column)
    connection.execute(by_role.replace("(select p.is_admin from", "(select p.role = 'admin' from"))
    [found] = told(connection)
    assert "sets role to admin in their own row of public.profiles, by policy" in found.message
    assert "then reads public.invoices" in found.message


def test_what_the_finding_says_to_run_ends_it_and_other_columns_may_be_changed_as_before(connection):
    connection.execute(PROFILES)
    [found] = told(connection)
    for statement in re.findall(r"(?:revoke|grant) [^;]*;", found.remedy):
        connection.execute(statement.encode())
    assert told(connection) == []
    row = connection.execute(
        "select has_column_privilege('authenticated', 'public.profiles', 'nick', 'update'),"
        " has_column_privilege('authenticated', 'public.profiles', 'is_admin', 'update')"
    ).fetchone()
    assert row == (True, False)


def test_what_a_policy_forbids_is_not_told(connection):
    connection.execute(PROFILES)
    connection.execute(
        f"alter policy changes on public.profiles using (id = {UID}) with check (id = {UID} and not is_admin)"
    )
    assert told(connection) == []


def test_of_two_columns_no_remedy_gives_back_what_the_other_one_takes(connection):
    two = PROFILES.replace("  nick text,", "  nick text,\n  role text not null default 'user',")
    connection.execute(two.replace("(select p.is_admin from", "(select p.is_admin or p.role = 'admin' from"))
    found = told(connection)
    assert len(found) == 2
    for each in found:
        for statement in re.findall(r"(?:revoke|grant) [^;]*;", each.remedy):
            connection.execute(statement.encode())
    assert told(connection) == []


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        ("if new.is_admin then raise exception 'no'; end if; return new;", Severity.WARNING),
        ("new.nick := trim(new.nick); return new;", Severity.ERROR),
    ],
)
def test_where_a_trigger_speaks_of_the_column_it_may_forbid_it_and_nothing_is_refused(
    connection, body, severity
):
    connection.execute(PROFILES)
    connection.execute(
        f"""
        create function public.guarded() returns trigger language plpgsql as $$ begin {body} end $$;
        create trigger guarded before update on public.profiles
          for each row execute function public.guarded();
        """
    )
    assert [each.severity for each in told(connection)] == [severity]


def test_who_founds_a_team_takes_nothing_from_anybody(connection):
    connection.execute(MEMBERS)
    connection.execute(
        "create policy founds on public.teams for insert to authenticated with check (true);"
        "create policy adds on public.tasks for insert to authenticated with check (true);"
    )
    found = [each for each in judge(None, probed(connection, ["public"])) if each.rule == "rows-of-others"]
    assert {each.object for each in found} == {"public.tasks"}


def test_whoever_gives_itself_a_standing_among_its_own_is_told_of_too(connection):
    connection.execute(MEMBERS)
    assert told(connection) == []
    connection.execute(
        f"create policy changes on public.members for update to authenticated {OWN_MEMBERSHIP}"
    )
    found = told(connection)
    raised = [each for each in found if "sets role to owner" in each.message]
    assert [each.severity for each in raised] == [Severity.ERROR]
    assert "changes public.tasks (A" in raised[0].message
    moved = [each for each in found if "sets team to a stranger's" in each.message]
    assert [each.severity for each in moved] == [Severity.ERROR]
    assert "reads public.tasks (B" in moved[0].message


def test_whoever_joins_by_itself_is_warned_of_and_an_error_is_to_join_with_a_standing(connection):
    connection.execute(MEMBERS)
    connection.execute(
        f"create policy joins on public.members for insert to authenticated with check (person = {UID})"
    )
    severities = {"with role" in each.message: each.severity for each in told(connection)}
    assert severities == {False: Severity.WARNING, True: Severity.ERROR}
    connection.execute(
        f"alter policy joins on public.members with check (person = {UID} and role = 'member')"
    )
    assert [each.severity for each in told(connection)] == [Severity.WARNING]


def test_to_join_that_is_declared_as_meant_is_a_note_with_the_reason(connection):
    connection.execute(MEMBERS)
    connection.execute(
        f"""
        create policy joins on public.members for insert to authenticated
          with check (person = {UID} and role = 'member');
        comment on policy joins on public.members is 'bascule: intended because every team is open';
        """
    )
    [found] = told(connection)
    assert found.severity is Severity.NOTE
    assert found.message.endswith("as declared: every team is open")


def test_to_accept_an_invitation_that_somebody_gave_is_nobodys_promotion(connection):
    connection.execute(
        f"""
        create table public.teams (id uuid primary key default gen_random_uuid());
        create table public.members (
          team uuid references public.teams (id), person uuid references auth.users (id),
          accepted boolean not null default false, primary key (team, person));
        create table public.tasks (id bigint generated always as identity primary key,
          team uuid not null references public.teams (id));
        alter table public.teams enable row level security;
        alter table public.members enable row level security;
        alter table public.tasks enable row level security;
        revoke all on public.members from anon, authenticated;
        grant select, update (accepted) on public.members to authenticated;
        grant select on public.tasks to authenticated;
        create policy own on public.members to authenticated {OWN_MEMBERSHIP};
        create policy reads on public.tasks for select to authenticated using (exists (
          select from public.members m where m.team = tasks.team and m.person = {UID} and m.accepted));
        """
    )
    assert told(connection) == []


def test_only_what_was_not_so_before_refuses(connection):
    connection.execute(PROFILES)
    before = probed(connection, ["public"])
    connection.execute("create policy spy on public.invoices for select to authenticated using (false)")
    found = [each for each in judge(before, probed(connection, ["public"])) if each.rule == "self-promotion"]
    assert [(each.severity, each.standing) for each in found] == [(Severity.NOTE, True)]
    connection.execute("alter policy changes on public.profiles with check (not is_admin)")
    guarded = probed(connection, ["public"])
    connection.execute(f"alter policy changes on public.profiles with check (id = {UID})")
    found = [each for each in judge(guarded, probed(connection, ["public"])) if each.rule == "self-promotion"]
    assert [(each.severity, each.standing) for each in found] == [(Severity.ERROR, False)]


def test_nothing_of_it_stays(connection):
    connection.execute(PROFILES)
    probed(connection, ["public"])
    assert connection.execute("select count(*) from public.profiles").fetchone() == (0,)
    assert connection.execute("select count(*) from auth.users").fetchone() == (0,)


def test_a_key_of_its_own_names_that_have_to_be_quoted_and_rows_that_are_nobodys(connection):
    connection.execute(STAFF)
    before = connection.execute("select last_value, is_called from public.staff_id_seq").fetchone()
    [found] = told(connection)
    assert "sets is boss to true in their own row of public.staff, by policy" in found.message
    assert "then reads public.salaries" in found.message
    for statement in re.findall(r"(?:revoke|grant) [^;]*;", found.remedy):
        connection.execute(statement.encode())
    assert told(connection) == []
    assert connection.execute("select last_value, is_called from public.staff_id_seq").fetchone() == before


def test_to_be_on_a_list_is_what_was_given_and_only_what_comes_on_top_of_it_is_told(connection):
    connection.execute(STAFF)
    connection.execute(
        f"""
        alter policy bosses on public.salaries
          using (exists (select from public.staff s where s.person = {UID} and s."is boss" is not null));
        """
    )
    assert told(connection) == []
