"""The Supabase-like database, as a migration sees it."""

import hashlib
import hmac
import os
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from orchestrator.embedded import databases, extensions
from orchestrator.embedded.postgres import SUPERUSER, Postgres
from tests.support.servers import TestDatabase

USER = "7f1c1a52-8a9c-4a55-9d52-2f0f6bd0a8b1"
#: real ones of the embedded server that a hosted project's role may create
REAL = ("btree_gist", "citext", "hstore", "moddatetime", "pg_trgm", "unaccent", "postgres_fdw")


@pytest.fixture
def migrator(target_database: TestDatabase) -> Iterator[psycopg.Connection]:
    """A session of the role that runs migrations."""
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        yield connection


def one(connection: psycopg.Connection, question: str) -> object:
    row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def as_user(connection: psycopg.Connection, role: str, user: str = USER) -> None:
    claims = f'{{"sub": "{user}", "role": "{role}", "email": "a@example.com"}}'
    connection.execute("select set_config('request.jwt.claims', %s, false)", [claims])
    connection.execute(f"set role {role}".encode())


def test_postgres_is_no_superuser_but_has_a_hosted_projects_rights(migrator: psycopg.Connection) -> None:
    attributes = migrator.execute(
        "select current_user, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles"
        " where rolname = current_user"
    ).fetchone()
    assert attributes == ("postgres", False, True, True, True)
    assert one(migrator, "show search_path") == '"$user", public, extensions'
    assert one(migrator, "show statement_timeout") == "2min"
    assert one(migrator, "show wal_level") == "logical"


@pytest.mark.parametrize("name", sorted({stand_in.name for stand_in in extensions.stand_ins()} | set(REAL)))
def test_every_extension_can_be_created_by_postgres(migrator: psycopg.Connection, name: str) -> None:
    migrator.execute(sql.SQL("create extension if not exists {} cascade").format(sql.Identifier(name)))
    migrator.execute(sql.SQL("drop extension {} cascade").format(sql.Identifier(name)))


def test_vector_is_the_real_one_where_the_server_has_it(migrator: psycopg.Connection) -> None:
    if os.environ.get("BASCULE_TEST_POSTGRES"):  # Debian packs it apart
        assert one(migrator, "select count(*) from pg_available_extensions where name = 'vector'") == 0
        return
    migrator.execute("create extension vector with schema extensions")
    assert one(migrator, "select '[1,2]'::extensions.vector <-> '[1,3]'") == 1


def test_the_usual_forms_of_hosted_projects_work(migrator: psycopg.Connection) -> None:
    migrator.execute('create extension if not exists "pg_cron" with schema "pg_catalog"')
    migrator.execute('create extension if not exists "pg_net" with schema "extensions"')
    migrator.execute('create extension if not exists "uuid-ossp" with schema "extensions"')
    job = one(migrator, "select cron.schedule('nightly', '0 3 * * *', 'select 1')")
    assert one(migrator, "select cron.schedule('nightly', '0 4 * * *', 'select 1')") == job
    assert one(migrator, "select schedule from cron.job") == "0 4 * * *"
    assert one(migrator, "select cron.unschedule('nightly')") is True
    assert one(migrator, "select net.http_post('http://127.0.0.1/', '{}')") == 1


def test_a_stand_in_says_that_it_is_one(migrator: psycopg.Connection) -> None:
    comments = migrator.execute(
        "select name, comment from pg_available_extensions where name = any (%s)", [["pg_cron", "pg_net"]]
    ).fetchall()
    assert len(comments) == 2
    assert all(comment.startswith(f"STAND-IN FOR TESTS, not the real {name}: ") for name, comment in comments)


def test_hmac_and_digest_are_right(migrator: psycopg.Connection) -> None:
    for key in (b"key", b"k" * 200):
        for algorithm in ("md5", "sha256", "sha512"):
            expected = hmac.new(key, b"text", algorithm).digest()
            row = migrator.execute("select hmac('text', %s, %s)", [key.decode(), algorithm]).fetchone()
            assert row == (expected,)
    assert one(migrator, "select digest('text', 'sha256')") == hashlib.sha256(b"text").digest()
    assert one(migrator, "select length(gen_random_bytes(33))") == 33


def test_name_based_uuids_of_version_3_are_the_standards(migrator: psycopg.Connection) -> None:
    assert one(migrator, "select uuid_generate_v3(uuid_ns_dns(), 'example.com')") == uuid.uuid3(
        uuid.NAMESPACE_DNS, "example.com"
    )


def test_the_claims_say_who_is_calling(migrator: psycopg.Connection) -> None:
    as_user(migrator, "authenticated")
    asked = migrator.execute("select auth.uid(), auth.role(), auth.email(), auth.jwt() ->> 'sub'").fetchone()
    assert asked == (uuid.UUID(USER), "authenticated", "a@example.com", USER)
    migrator.execute("reset role; select set_config('request.jwt.claims', '', false)")
    assert one(migrator, "select auth.uid()") is None


def test_policies_keep_users_apart(migrator: psycopg.Connection) -> None:
    migrator.execute(
        b"""
        insert into auth.users (id, email) values ('%s', 'a@example.com');
        create table public.notes (id bigserial, owner uuid references auth.users (id));
        alter table public.notes enable row level security;
        create policy own on public.notes to authenticated using (owner = (select auth.uid()));
        insert into public.notes (owner) values ('%s');
    """
        % (USER.encode(), USER.encode())
    )
    question = "select count(*) from public.notes"
    as_user(migrator, "authenticated")
    assert one(migrator, question) == 1
    migrator.execute("reset role")
    as_user(migrator, "authenticated", str(uuid.uuid4()))
    assert one(migrator, question) == 0
    migrator.execute("reset role; set role anon")
    assert one(migrator, question) == 0  # granted by default, and no policy lets a row through
    migrator.execute("reset role; set role service_role")
    assert one(migrator, question) == 1


def test_migrations_may_work_on_auth_and_storage(migrator: psycopg.Connection) -> None:
    migrator.execute(b"""
        create function public.greet() returns trigger language plpgsql security definer
        set search_path = '' as $$ begin return new; end $$;
        create trigger greet after insert on auth.users for each row execute function public.greet();
        insert into storage.buckets (id, name) values ('documents', 'documents');
        create policy own_folder on storage.objects for select to authenticated
        using ((storage.foldername(name))[1] = (select auth.uid())::text);
        alter publication supabase_realtime add table only storage.buckets;
        set session_replication_role = replica;
    """)
    assert one(migrator, "select storage.foldername('a/b/c.tar.gz')") == ["a", "b"]
    assert one(migrator, "select storage.filename('a/b/c.tar.gz')") == "c.tar.gz"
    assert one(migrator, "select storage.extension('a/b/c.tar.gz')") == "gz"


def test_storage_rows_cannot_be_deleted_behind_the_services_back(migrator: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        migrator.execute("delete from storage.objects")
    migrator.execute("set storage.allow_delete_query = 'true'")
    migrator.execute("delete from storage.objects")


def test_a_database_is_made_once_and_found_again(postgres: Postgres, target_database: TestDatabase) -> None:
    assert databases.create_supabase_database(postgres, target_database.name) == target_database.url


def test_databases_with_odd_names_are_reachable(postgres: Postgres) -> None:
    name = "Ödd /name?x=1#"
    try:
        with psycopg.connect(databases.create_supabase_database(postgres, name)) as connection:
            assert one(connection, "select current_database()") == name
    finally:
        databases.drop_database(postgres, name)


def test_letters_have_unicode_rules(target_database: TestDatabase) -> None:
    with psycopg.connect(target_database.url) as connection:
        assert one(connection, "select lower('ÄÉ') || upper('ß')") in {"äéß", "äéSS"}


def test_no_template_can_be_entered_or_changed(postgres: Postgres, target_database: TestDatabase) -> None:
    with psycopg.connect(target_database.superuser_url, autocommit=True) as connection:
        template = one(connection, "select datname from pg_database where datname like 'supabase_%'")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.url(str(template), SUPERUSER))
