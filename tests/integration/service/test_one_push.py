import psycopg

from orchestrator.domain.deployment import Status

UP = """create table public.notes (id bigint generated always as identity primary key, owner uuid not null);
alter table public.notes enable row level security;
create policy own on public.notes for all to authenticated using ((select auth.uid()) = owner);
grant select, insert, update, delete on public.notes to authenticated, service_role;
"""


def add(service, version, name, up, down):
    service.work.write(f"supabase/migrations/{version}_{name}.sql", up)
    if down is not None:
        service.work.write(f"supabase/rollbacks/{version}_{name}.down.sql", down)


def versions(url):
    with psycopg.connect(url) as connection:
        rows = connection.execute("select version from supabase_migrations.schema_migrations order by 1")
        return [row[0] for row in rows]


def test_a_push_goes_from_the_webhook_to_the_database(service, target_database):
    add(service, "20260101000000", "notes", UP, "drop table public.notes;")
    service.work.commit("Add notes")
    service.work.push("origin", "staging")
    service.command("adopt", "staging")
    service.start()
    commit = service.push()
    ended = service.ended(commit)
    assert ended.status is Status.SUCCEEDED, (ended, service.log("worker"))
    assert versions(target_database.url) == ["20260101000000"]
    assert "succeeded" in service.command("status")
