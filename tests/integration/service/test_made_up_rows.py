"""Which rows policies let somebody reach: tried on the copy before, and on the target after a deployment."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from orchestrator.domain.deployment import Deployment, Stage, Status
from orchestrator.domain.finding import Severity
from orchestrator.embedded import scratch
from tests.support.folders import a_folder
from tests.support.servers import TestDatabase
from tests.support.service import Service
from tests.support.service import service as a_service

PROJECTS = """create table public.organisations (
  id uuid primary key default gen_random_uuid(),
  name text not null
);
create table public.members (
  organisation_id uuid references public.organisations (id),
  user_id uuid references auth.users (id),
  primary key (organisation_id, user_id)
);
create table public.projects (
  id bigint generated always as identity primary key,
  organisation_id uuid not null references public.organisations (id),
  title text not null check (length(title) > 3)
);
create function public.my_organisations() returns setof uuid language sql stable security definer
  set search_path = ''
  as $$ select organisation_id from public.members where user_id = (select auth.uid()) $$;
alter table public.organisations enable row level security;
alter table public.members enable row level security;
alter table public.projects enable row level security;
create policy "Members read" on public.organisations for select to authenticated
  using (id in (select public.my_organisations()));
create policy "Own memberships" on public.members for select to authenticated
  using (user_id = (select auth.uid()));
create policy "Members read" on public.projects for select to authenticated
  using (organisation_id in (select public.my_organisations()));
grant select on public.organisations, public.members, public.projects to authenticated;
grant all on public.organisations, public.members, public.projects to service_role;
"""
#: no table is touched, and every project of every organisation is open to all users
LEAK = """create or replace function public.my_organisations() returns setof uuid
  language sql stable security definer set search_path = '' as $$ select id from public.organisations $$;
"""
UNLEAK = PROJECTS[PROJECTS.index("create function") : PROJECTS.index("alter table")].replace(
    "create function", "create or replace function"
)


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    with a_folder("tests") as folder:
        yield folder
        scratch.release_all()


def add(service: Service, version: str, name: str, up: str, down: str) -> None:
    service.work.write(f"supabase/migrations/{version}_{name}.sql", up)
    service.work.write(f"supabase/rollbacks/{version}_{name}.sql", down)


def adopted(it: Service) -> Service:
    add(it, "20260101000000", "projects", PROJECTS, "select 1;")
    it.work.commit("Add projects")
    it.work.push("origin", "staging")
    it.command("adopt", "staging", "--baseline", "20260101000000")
    return it


def count(database: TestDatabase, sql: str) -> int:
    with psycopg.connect(database.url) as connection:
        return connection.execute(sql).fetchone()[0]


def deploy(service: Service) -> Deployment:
    service.work.commit("More")
    service.work.push("origin", "staging")
    told = service.told("deploy", "staging", "--here", code=None)
    return service.house.reading.deployment(told["deployment"]["id"])


@pytest.fixture
def prepared(target_database: TestDatabase) -> TestDatabase:
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute(PROJECTS)
    return target_database


def refusing(service: Service, deployment: str, stage: Stage) -> set[tuple[str, str]]:
    """Return the rules that refused a stage, with what each is about."""
    runs = [run for run in service.house.reading.runs(deployment) if run.stage is stage]
    return {(each.rule, each.object) for each in runs[-1].findings if each.severity is Severity.ERROR}


def test_a_function_that_opens_every_table_below_it_is_refused_before_the_target_is_touched(
    tmp_path: Path, state: Path, empty_database: TestDatabase, prepared: TestDatabase, valkey
) -> None:
    urls = {"control_url": empty_database.url, "broker_url": valkey.url, "staging_url": prepared.url}
    with a_service(tmp_path, **urls, rehearse=True, state=state) as it:
        service = adopted(it)
        add(service, "20260102000000", "faster_membership", LEAK, UNLEAK)
        deployment = deploy(service)
        assert deployment.status is Status.REFUSED
        assert refusing(service, deployment.id, Stage.REHEARSE) == {
            ("rows-of-others", "public.organisations"),
            ("rows-of-others", "public.projects"),
        }
        assert count(prepared, "select count(*) from supabase_migrations.schema_migrations") == 1


def test_without_a_rehearsal_a_policy_that_opens_is_found_on_the_target_itself(
    tmp_path: Path, empty_database: TestDatabase, prepared: TestDatabase, valkey
) -> None:
    urls = {"control_url": empty_database.url, "broker_url": valkey.url, "staging_url": prepared.url}
    with a_service(tmp_path, **urls) as it:
        service = adopted(it)
        add(service, "20260102000000", "faster_membership", LEAK, UNLEAK)
        deployment = deploy(service)
        assert deployment.status is Status.ROLLED_BACK
        assert refusing(service, deployment.id, Stage.SMOKE) == {
            ("rows-of-others", "public.organisations"),
            ("rows-of-others", "public.projects"),
        }
        assert count(prepared, "select count(*) from auth.users") == 0


def test_without_a_rehearsal_the_target_itself_shows_it_and_it_is_rolled_back(
    tmp_path: Path, empty_database: TestDatabase, prepared: TestDatabase, valkey
) -> None:
    urls = {"control_url": empty_database.url, "broker_url": valkey.url, "staging_url": prepared.url}
    with a_service(tmp_path, **urls) as it:
        service = adopted(it)
        add(
            service,
            "20260102000000",
            "open_members",
            """create table public.secrets (
  id int primary key,
  user_id uuid not null references auth.users (id)
);
alter table public.secrets enable row level security;
create policy "Users change" on public.secrets for all to authenticated using (user_id is not null);
grant select, update, delete on public.secrets to authenticated;
""",
            "drop table public.secrets;",
        )
        deployment = deploy(service)
        assert deployment.status is Status.ROLLED_BACK
        assert refusing(service, deployment.id, Stage.SMOKE) == {("rows-of-others", "public.secrets")}
        assert count(prepared, "select count(*) from auth.users") == 0
