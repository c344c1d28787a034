import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.support.servers import TestDatabase

SETTINGS = """
[repositories.app]
url = "https://git.example/app.git"
webhook_secret = "env:SECRET"

[targets.staging]
repository = "app"
branch = "staging"
database_url = "env:URL"
sslmode = "disable"

[targets.staging.rules]
policy-user-metadata = "off"
"""
HISTORY = """
create schema supabase_migrations;
create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text);
insert into supabase_migrations.schema_migrations (version, name) values ('20260101120000', 'orders');
create table public.orders (id int primary key, customer int);
insert into public.orders values (1, 7), (2, 7);
"""
FIRST, SECOND, THIRD = (f"supabase/migrations/2026010112000{n}_{name}.sql" for n, name in enumerate("abc"))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Three migrations: the first is on the target, the others are pending."""
    (tmp_path / "supabase/migrations").mkdir(parents=True)
    (tmp_path / "bascule.toml").write_text(SETTINGS)
    files = {
        FIRST: "create table public.orders (id int primary key, customer int);\nselec 1;",
        SECOND: "create table public.parts (id int);",
        THIRD: "create index on public.parts (id);\nalter table public.orders add unique (customer);",
    }
    for path, text in files.items():
        (tmp_path / path).write_text(text)
    return tmp_path


@pytest.fixture
def target(target_database: TestDatabase) -> str:
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        connection.execute(HISTORY)
    return target_database.url


def validate(checkout: Path, url: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orchestrator", "validate", "--target", "staging", *words],
        cwd=checkout,
        env={**os.environ, "SECRET": "a-long-enough-secret", "URL": url, "COLUMNS": "80"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def found(done: subprocess.CompletedProcess[str]) -> set[tuple[str, str, str]]:
    findings = json.loads(done.stdout)["findings"]
    return {(one["rule"], one["severity"], one["file"]) for one in findings}


def test_what_is_pending_is_judged_by_the_rows_of_the_target_and_the_rest_left_out(checkout, target):
    done = validate(checkout, target, "--json")
    assert done.returncode == 1, done.stderr
    told = found(done)
    assert ("rows-in-the-way", "error", THIRD) in told
    assert ("primary-key-missing", "warning", SECOND) in told
    assert FIRST not in {file for _, _, file in told}


def test_one_file_is_judged_after_those_that_are_pending_before_it(checkout, target):
    told = found(validate(checkout, target, "--json", THIRD))
    assert {file for _, _, file in told} == {THIRD}
    assert "index-blocks-writes" not in {rule for rule, _, _ in told}


def test_what_the_target_has_is_told_in_notes_when_it_is_asked_for(checkout, target):
    told = found(validate(checkout, target, "--json", "--all", FIRST))
    assert told >= {("syntax-error", "note", FIRST)}
    assert {severity for _, severity, _ in told} == {"note"}
    done = validate(checkout, target, FIRST)
    assert (done.returncode, done.stdout) == (
        0,
        "pass: nothing found in 0 files; staging has 1 more already (see --all)\n",
    )


def test_the_target_says_what_a_rule_weighs_there(checkout, target):
    (checkout / SECOND).write_text(
        "alter table public.orders enable row level security;\n"
        "create policy p on public.orders to authenticated\n"
        "  using ((select auth.jwt()) -> 'user_metadata' ->> 'admin' = 'yes');"
    )
    assert "policy-user-metadata" not in {
        rule for rule, _, _ in found(validate(checkout, target, "--json", SECOND))
    }
    alone = subprocess.run(
        [sys.executable, "-m", "orchestrator", "validate", "--json", SECOND],
        cwd=checkout,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "policy-user-metadata" in {rule for rule, _, _ in found(alone)}


def test_a_target_that_is_away_ends_with_4_and_says_so(checkout):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: refused at once
        done = validate(checkout, f"postgresql://app:word@127.0.0.1:{nobody.getsockname()[1]}/postgres")
    assert done.returncode == 4
    assert done.stderr.startswith("error: ")
    assert "word" not in done.stderr
