"""Secrets, addresses and keys in a file. The secrets are put together here: no scanner shall find them."""

import base64
import json

import pytest

from orchestrator.domain.finding import Finding
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

LETTERS = "aB3dE5gH7jK9mN1pQ3sT5vW7xY9zA1cD3fG5hJ7k"
SECRETS = [
    ("A secret key of Supabase", "sb_" + "secret_" + LETTERS[:31]),
    ("An access token of Supabase", "sb" + "p_" + "0123456789abcdef" * 2 + "01234567"),
    ("A secret key of Stripe", "sk_" + "live_" + LETTERS[:24]),
    ("A secret key of Stripe", "rk_" + "live_" + LETTERS[:24]),
    ("A signing secret of a webhook", "wh" + "sec_" + LETTERS[:32]),
    ("An access key of AWS", "AK" + "IA" + "Q3EGXB7ZK5R2MWTN"),
    ("A token of GitHub", "gh" + "p_" + LETTERS[:36]),
    ("A token of GitHub", "github" + "_pat_" + LETTERS[:30]),
    ("A token of GitLab", "gl" + "pat-" + LETTERS[:20]),
    ("A token of Slack", "xox" + "b-123456789012-" + LETTERS[:24]),
    ("A webhook of Slack", "https://hooks.slack" + ".com/services/T0123/B0123/" + LETTERS[:24]),
    ("A key of SendGrid", "S" + "G." + LETTERS[:22] + "." + LETTERS[:40]),
    ("A private key", "-----BEGIN " + "PRIVATE KEY-----"),
    ("A password in a URL", "postgres://app:" + LETTERS[:12] + "@db.company.com/app"),
]


def token(**claims: str) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, claims)
    written = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*written, LETTERS])


def found(rule: str, sql: str) -> list[Finding]:
    findings = review([SqlText(path="a.sql", content=sql.encode())], Terms())
    return [each for each in findings if each.rule == rule]


@pytest.mark.parametrize(("kind", "secret"), [*SECRETS, ("A JSON web token", token(sub="1"))])
@pytest.mark.parametrize(
    "sql",
    [
        "insert into t values (1, 'Bearer {}')",
        "-- {}\nselect 1",
        "create function f() returns void language plpgsql as $$ begin perform g('{}'); end $$",
        "do $$ begin /* {} */ null; end $$",
        "comment on table t is $x${}$x$",
        "select '{}', from where",
    ],
)
def test_a_secret_is_found_wherever_it_stands_and_never_told(kind: str, secret: str, sql: str) -> None:
    sql = sql.format(secret)
    (finding,) = found("hardcoded-secret", sql)
    assert finding.message == f"{kind} is written into the file"
    assert secret not in repr(finding)
    assert finding.line is not None
    assert finding.column is not None
    line = sql.splitlines()[finding.line - 1]
    assert secret[-12:] in line[finding.column - 1 :]


@pytest.mark.parametrize(
    "text",
    [
        token(role="anon", iss="supabase"),
        token(role="service_role", iss="supabase-demo"),
        "sk_" + "test_" + LETTERS[:24],
        "sb_" + "publishable_" + LETTERS[:31],
        "AK" + "IA" + "IOSFODNN7EXAMPLE",
        "sk_" + "live_" + "x" * 24,
        "postgresql://postgres:[YOUR-PASSWORD]@db.abc.supabase.co:5432/postgres",
        "postgresql://postgres:postgres@localhost:54322/postgres",
        "https://user@host.company.com",
        "eyJ not a token",
    ],
)
def test_what_everybody_may_know_and_what_stands_in_for_a_secret_is_none(text: str) -> None:
    assert found("hardcoded-secret", f"insert into t values ('{text}')") == []


@pytest.mark.parametrize(
    ("sql", "reported"),
    [
        ("create user reporting password 'abc'", True),
        ("alter role reporting encrypted password $$abc$$", True),
        ("create user mapping for app server s options (user 'a', password 'abc')", True),
        ("do $$ begin create role r login password 'abc'; end $$", True),
        ("alter role reporting password null", False),
        ("alter role reporting password ''", False),
        ("create role reporting password '${REPORTING_PASSWORD}'", False),
        ("create table t (password text default 'abc')", False),
        ("select crypt('abc', gen_salt('bf')) as password, 'abc'", False),
        ("do $$ begin execute format('alter role r password %L', current_setting('x')); end $$", False),
    ],
)
def test_a_password_is_what_follows_the_word(sql: str, *, reported: bool) -> None:
    assert bool(found("hardcoded-secret", sql)) is reported


def test_a_secret_in_a_rollback_is_one_too() -> None:
    rollback = SqlText(path="r.sql", content=b"alter role reporting password 'abc'")
    assert [each.rule for each in review([], Terms(), rollbacks=[rollback])] == ["hardcoded-secret"]


def test_an_address_in_a_very_large_insert_is_found_once() -> None:
    rows = ", ".join(["(1, 'x')"] * 1000 + ["(2, 'ann@company.io')"] * 1000)
    assert len(found("hardcoded-email", f"insert into t values {rows}")) == 1


@pytest.mark.parametrize("policy", ["id = 7", "7 = id", "team_id in (1, 2)", "t.owner_id = 7::bigint"])
def test_a_number_that_a_policy_compares_with_a_key_is_a_key(policy: str) -> None:
    assert len(found("hardcoded-id", f"create policy p on public.t using ({policy})")) == 1


@pytest.mark.parametrize("policy", ["amount = 7", "id > 7", "kind_id = 'a'", "id = other", "id is null"])
def test_other_comparisons_of_a_policy_are_none(policy: str) -> None:
    assert found("hardcoded-id", f"create policy p on public.t using ({policy})") == []
