import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.event import EventKind
from orchestrator.domain.matrix import Command
from orchestrator.domain.plan import OutOfOrder, WhenFilesLeave
from orchestrator.settings import Secret, SlackSettings, WebhookSettings, load, settings_of

SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ENVIRON = {
    "HOOK": "a webhook secret",
    "TOKEN": "a token of sixteen or more",
    "STAGING": "postgresql://postgres:hunter2@db.abcdefgh.supabase.co:5432/postgres",
    "MAIN": "postgresql://postgres:hunter2@db.ijklmnop.supabase.co/postgres",
    "SLACK": "https://hooks.slack.com/services/T0/B0/xyz",
    "SIGNING": SIGNING,
}
OPENING = '{object = "public.prices", because = "they are public", roles = ["anon"], commands = ["select"]}'
ADDED = "targets.staging.identities"
OPENED = "targets.staging.openings[2]"
WHOLE = """
[service]
admin_listen = "0.0.0.0:8401"
admin_token = "env:TOKEN"
public_url = "https://bascule.example.com/"
state_directory = "state"

[repositories.app]
url = "https://github.com/example/app.git"
directory = "apps/db/supabase"
webhook_secret = ["env:HOOK", "env:TOKEN"]

[targets.staging]
repository = "app"
branch = "staging"
database_url = "env:STAGING"
statement_timeout = "90s"
lock_timeout = "500ms"
patience = "1h"
out_of_order = "apply"
when_files_leave = "warn"
exposed_schemas = ["public", "api"]

[targets.main]
repository = "app"
branch = "main"
identities.admin.claims = {app_metadata = {role = "admin"}, aal = "aal2"}
identities.admin.rows = "insert into public.admins values ({user})"
identities.partner.role = "partner"
openings = [{object = "public.prices", because = "they are public", roles = ["anon"], commands = ["select"]}]
database_url = "env:MAIN"
sslmode = "require"
sslrootcert = "file:/etc/ca.crt"

[notify.team]
slack_webhook_url = "env:SLACK"

[notify.archive]
url = "https://hooks.example.com/x"
secret = "env:SIGNING"
on = ["stuck"]
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "bascule.toml"
    path.write_text(text)
    return path


def faults(tmp_path: Path, text: str, environ: Mapping[str, str] = ENVIRON) -> dict[str, str]:
    with pytest.raises(ConfigurationError) as caught:
        load(written(tmp_path, text), environ)
    assert caught.value.code == "settings"
    listed = caught.value.nouns["faults"]
    assert isinstance(listed, list)
    assert "hunter2" not in str(caught.value)
    return dict(line.split("  ", 1) for line in listed)


def changed(old: str, new: str) -> str:
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


def test_without_a_file_everything_is_embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(None, {})
    assert settings.file is None
    assert settings.service.database_url is None
    assert settings.service.broker_url is None
    assert settings.service.admin_listen.is_loopback
    assert dict(settings.targets) == {}


def test_the_state_lies_where_the_variable_says_unless_the_file_says_more(tmp_path: Path) -> None:
    environ = ENVIRON | {"BASCULE_STATE": "/elsewhere"}
    assert load(written(tmp_path, WHOLE), environ).service.state_directory == tmp_path / "state"
    without = changed('state_directory = "state"', "")
    assert load(written(tmp_path, without), environ).service.state_directory == Path("/elsewhere")


@pytest.mark.parametrize(
    ("user", "environ", "place"),
    [
        (0, {"HOME": "/root", "XDG_STATE_HOME": "/root/state"}, "/var/lib/bascule"),
        (1000, {"HOME": "/home/ada"}, "/home/ada/.local/state/bascule"),
        (1000, {"HOME": "/home/ada", "XDG_STATE_HOME": "/state"}, "/state/bascule"),
        (1000, {"HOME": "/home/ada", "XDG_STATE_HOME": "not/absolute"}, "/home/ada/.local/state/bascule"),
    ],
)
def test_without_a_word_the_state_lies_in_the_users_usual_place(
    monkeypatch: pytest.MonkeyPatch, user: int, environ: dict[str, str], place: str
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user)
    assert settings_of({}, environ, file=None).service.state_directory == Path(place)


def test_a_whole_file_becomes_frozen_settings(tmp_path: Path) -> None:
    settings = load(written(tmp_path, WHOLE), ENVIRON)
    staging = settings.targets["staging"]
    assert staging.policy.directory == "apps/db/supabase"
    assert staging.policy.out_of_order is OutOfOrder.APPLY
    assert staging.policy.when_files_leave is WhenFilesLeave.WARN
    assert staging.policy.exposed_schemas == ("public", "api")
    admin, partner = settings.targets["main"].policy.identities
    assert json.loads(admin.claims) == {"app_metadata": {"role": "admin"}, "aal": "aal2"}
    assert (admin.name, admin.role, admin.rows) == (
        "admin",
        "authenticated",
        "insert into public.admins values ({user})",
    )
    assert (partner.role, partner.claims, partner.rows) == ("partner", "{}", "")
    [opening] = settings.targets["main"].policy.openings
    assert (opening.object, opening.because) == ("public.prices", "they are public")
    assert (opening.roles, opening.commands) == ({"anon"}, {Command.SELECT})
    assert staging.policy.patience_seconds == 3600
    assert (staging.statement_timeout_seconds, staging.lock_timeout_seconds) == (90, 0.5)
    assert staging.database_url.reveal() == ENVIRON["STAGING"]
    assert settings.targets["main"].sslrootcert == "/etc/ca.crt"
    assert settings.service.public_url == "https://bascule.example.com"
    assert settings.service.state_directory == tmp_path / "state"
    assert [secret.reveal() for secret in settings.repositories["app"].webhook_secrets] == [
        ENVIRON["HOOK"],
        ENVIRON["TOKEN"],
    ]
    with pytest.raises(TypeError):
        settings.targets["other"] = staging  # type: ignore[index]


def test_channels_are_slack_or_a_signed_webhook(tmp_path: Path) -> None:
    notify = load(written(tmp_path, WHOLE), ENVIRON).notify
    team, archive = notify["team"], notify["archive"]
    assert isinstance(team, SlackSettings)
    assert EventKind.SUCCEEDED in team.on
    assert isinstance(archive, WebhookSettings)
    assert archive.on == {EventKind.STUCK}
    assert not archive.allow_private


def test_every_fault_is_reported_at_once_with_its_key(tmp_path: Path) -> None:
    text = changed('lock_timeout = "500ms"', "lock_timeout = 2").replace(
        'slack_webhook_url = "env:SLACK"', ""
    )
    found = faults(tmp_path, text.replace("[service]", '[service]\nlistem = "x"'))
    assert found == {
        "service.listem": 'unknown; did you mean "listen"?',
        "targets.staging.lock_timeout": '"2" has no unit; write "2s"',
        "notify.team": (
            'says nothing of where; write slack_webhook_url = "env:SLACK_WEBHOOK_URL", or url and secret'
        ),
    }


def test_the_message_is_a_table_under_the_name_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, 'targets = 3\n[service]\nlisten = "x"\n')
    with pytest.raises(ConfigurationError) as caught:
        load(path, {})
    assert str(caught.value).splitlines() == [
        f"{path}: 2 faults",
        '  service.listen  "x" is no address to listen on; write "127.0.0.1:8400"',
        "  targets         must hold named tables; write [targets.some-name]",
    ]


@pytest.mark.parametrize(
    ("old", "new", "key", "text"),
    [
        (
            'database_url = "env:STAGING"',
            'database_url = "postgres://u:hunter2@h/d"',
            "targets.staging.database_url",
            "is written out",
        ),
        ('"env:STAGING"', '"env:NOWHERE"', "targets.staging.database_url", "variable NOWHERE is not set"),
        (
            '"env:STAGING"',
            '"file:/nowhere/at/all"',
            "targets.staging.database_url",
            "/nowhere/at/all is not there",
        ),
        ('"env:STAGING"', '"file:secret"', "targets.staging.database_url", "whole path"),
        ('"env:STAGING"', '"env:HOOK"', "targets.staging.database_url", "must begin with postgresql://"),
        ('"env:MAIN"', '"env:STAGING"', "targets.main.database_url", "is the database of targets.staging"),
        ('repository = "app"', 'repository = "ap"', "targets.staging.repository", "known here: app"),
        ('branch = "main"', 'branch = "refs/heads/main"', "targets.main.branch", "without refs/heads/"),
        ('branch = "main"', 'branch = "a b"', "targets.main.branch", "no branch that git allows"),
        ('sslmode = "require"', 'sslmode = "required"', "targets.main.sslmode", '"require"'),
        (
            'sslrootcert = "file:/etc/ca.crt"',
            'sslrootcert = "ca.crt"',
            "targets.main.sslrootcert",
            "file:/path",
        ),
        (
            'statement_timeout = "90s"',
            'statement_timeout = "45m"',
            "targets.staging.statement_timeout",
            "the 900 s that service.longest_stage allows",
        ),
        (
            'public_url = "https://bascule.example.com/"',
            'longest_stage = "100s"',
            "targets.main.statement_timeout",
            "the 100 s that service.longest_stage allows",
        ),
        (
            'directory = "apps/db/supabase"',
            'largest_mirror = "0.5GiB"',
            "repositories.app.largest_mirror",
            'no size; write one from "1MiB" to "1024GiB"',
        ),
        ('lock_timeout = "500ms"', 'lock_timeout = "90s"', "targets.staging.lock_timeout", "shorter than"),
        ('lock_timeout = "500ms"', 'lock_timeout = "0s"', "targets.staging.lock_timeout", "out of bounds"),
        ('lock_timeout = "500ms"', 'lock_timeout = "soon"', "targets.staging.lock_timeout", "no duration"),
        (
            'when_files_leave = "warn"',
            'when_files_leave = "undo"',
            "targets.staging.when_files_leave",
            '"fail", "warn", "revert"',
        ),
        (
            'webhook_secret = ["env:HOOK", "env:TOKEN"]',
            "",
            "repositories.app.webhook_secret",
            'missing; write webhook_secret = "env:APP_WEBHOOK_SECRET"',
        ),
        (
            'webhook_secret = ["env:HOOK", "env:TOKEN"]',
            "webhook_secret = []",
            "repositories.app.webhook_secret",
            "at least one",
        ),
        (
            "https://github.com/",
            "https://me:pw@github.com/",
            "repositories.app.url",
            "holds a user or a password",
        ),
        (
            "https://github.com/example/app.git",
            "/srv/git/app.git",
            "repositories.app.url",
            "allow_local = true",
        ),
        (
            "https://github.com/example/app.git",
            "http://example.com/a",
            "repositories.app.url",
            "neither https nor ssh",
        ),
        ("https://github.com/example/app.git", "ext::sh -c id", "repositories.app.url", "is no repository"),
        ('"apps/db/supabase"', '"../db"', "repositories.app.directory", "no folder"),
        (
            'admin_token = "env:TOKEN"',
            "",
            "service.admin_token",
            "required while admin_listen is 0.0.0.0:8401",
        ),
        (
            'slack_webhook_url = "env:SLACK"',
            'slack_webhook_url = "env:MAIN"',
            "notify.team.slack_webhook_url",
            "https://",
        ),
        ('secret = "env:SIGNING"', 'secret = "env:HOOK"', "notify.archive.secret", "whsec_"),
        ("https://hooks.example.com", "http://hooks.example.com", "notify.archive.url", "not encrypted"),
        ('on = ["stuck"]', 'on = ["stucked"]', "notify.archive.on", '"stuck"'),
        ('on = ["stuck"]', "on = []", "notify.archive.on", "must not be empty"),
        ("[targets.main]", "[targets.Main]", "targets.Main", "is no name"),
        ("[service]", "[server]", "server", 'did you mean "service"?'),
        *(
            ("[targets.main]", f'[targets.staging.rules]\n{rule} = "off"\n[targets.main]', key, said)
            for rule, key, said in (
                ("rls-disable", "targets.staging.rules.rls-disable", "did you mean rls-disabled?"),
                ("file-symlink", "targets.staging.rules.file-symlink", "keeps the commit from being read"),
                ("syntax-error", "targets.staging.rules.syntax-error", "cannot be set"),
                ("drop-colum", "targets.staging.rules.drop-colum", "did you mean drop-column?"),
            )
        ),
        ('patience = "1h"', 'patience = "1h"\nattempts = 0', "targets.staging.attempts", "too small"),
        *(
            ("[targets.main]", f"[targets.staging.identities.{given}\n[targets.main]", key, said)
            for given, key, said in (
                ("Admin]", f"{ADDED}.Admin", "small letters"),
                ("user_a]", f"{ADDED}.user_a", "is asked anyway"),
                ("admin]\nrole = 1", f"{ADDED}.admin.role", 'write role = "authenticated"'),
                ('admin]\nclaims = "aal2"', f"{ADDED}.admin.claims", "must be a table"),
                ("admin]\nclaims = { born = 2026-01-01 }", f"{ADDED}.admin.claims", "what no token can"),
                ("admin]\nrow = 1", f"{ADDED}.admin.row", 'did you mean "rows"?'),
                ("admin]\nrows = 1", f"{ADDED}.admin.rows", "must be text"),
            )
        ),
        *(
            ('patience = "1h"', f'patience = "1h"\nopenings = [{OPENING}, {{{given}}}]', key, said)
            for given, key, said in (
                ('object = "prices", because = "a"', f"{OPENED}.object", "such as public.prices"),
                ('because = "a"', f"{OPENED}.object", 'missing; write object = "public.prices"'),
                ('object = "public.a", because = " "', f"{OPENED}.because", "must say why"),
                (
                    'object = "public.a", because = "a", role = "anon"',
                    f"{OPENED}.role",
                    'did you mean "roles"?',
                ),
                ('object = "public.a", because = "a", roles = "anon"', f"{OPENED}.roles", "must be a list"),
            )
        ),
    ],
)
def test_a_fault_says_what_to_write_instead(tmp_path: Path, old: str, new: str, key: str, text: str) -> None:
    found = faults(tmp_path, changed(old, new))
    assert list(found) == [key]
    assert text in found[key]


FORGE = 'directory = "apps/db/supabase"'


@pytest.mark.parametrize("forge", ["github", "gitlab", "gitea", "forgejo", "bitbucket"])
def test_a_repository_may_be_hosted_by_each_of_these(tmp_path: Path, forge: str) -> None:
    settings = load(written(tmp_path, changed(FORGE, f'{FORGE}\nforge = "{forge}"')), ENVIRON)
    assert settings.repositories["app"].forge == forge


@pytest.mark.parametrize(
    ("secrets", "forge", "text"),
    [
        (("fifteen letters",), "github", "shorter than 16"),
        (("long enough to be one", "tiny"), "gitea", "shorter than 16"),
        (("whsec_not-base64-at-all!",), "gitlab", "no signing token"),
        (("whsec_c2hvcnQ=00000000",), "gitlab", "no signing token"),
        ((SIGNING, "a plain token of old"), "gitlab", "never accept it"),
    ],
)
def test_a_webhook_secret_that_protects_nothing_is_refused_and_not_shown(
    tmp_path: Path, secrets: tuple[str, ...], forge: str, text: str
) -> None:
    environ = ENVIRON | {"HOOK": secrets[0], "OTHER": secrets[-1]}
    document = changed('"env:TOKEN"]', f'"env:OTHER"]\nforge = "{forge}"')
    found = faults(tmp_path, document, environ)
    assert list(found) == ["repositories.app.webhook_secret"]
    assert text in found["repositories.app.webhook_secret"]
    assert not any(secret in str(found) for secret in secrets)


def test_what_looks_like_a_signing_token_is_any_text_where_it_is_not_gitlabs(tmp_path: Path) -> None:
    environ = ENVIRON | {"HOOK": "whsec_" + "any text at all"}
    assert load(written(tmp_path, WHOLE), environ).repositories["app"].forge == "github"


@pytest.mark.parametrize(("value", "meant"), [("1", 1), ("250", 250), ('"off"', None)])
def test_a_rate_is_a_number_or_off(tmp_path: Path, value: str, meant: int | None) -> None:
    document = changed(FORGE, f"{FORGE}\ndeliveries_per_minute = {value}")
    settings = load(written(tmp_path, document), ENVIRON)
    assert settings.repositories["app"].deliveries_per_minute == meant


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "true", '"many"', "10000000"])
def test_what_is_no_rate_is_refused(tmp_path: Path, value: str) -> None:
    found = faults(tmp_path, changed(FORGE, f"{FORGE}\ndeliveries_per_minute = {value}"))
    assert list(found) == ["repositories.app.deliveries_per_minute"]


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("postgresql://u:hunter2@db.example.com:6543/postgres", "port 6543"),
        ("postgresql://u:hunter2@/postgres?host=db.example.com&port=6543", "port 6543"),
        ("postgresql://postgres:[YOUR-PASSWORD]@db.x.supabase.co:5432/postgres", "placeholder"),
        ("postgresql://u:hunter2#x@host/db", "percent-encoded"),
        ("postgresql://u:hunter2/x@host/db", "percent-encoded"),
        ("postgresql:///db", "names no host"),
        ("host=h dbname=d password=hunter2", "must begin with postgresql://"),
        ("", "is empty"),
    ],
)
def test_a_wrong_database_url_is_explained_without_being_shown(tmp_path: Path, url: str, text: str) -> None:
    assert text in faults(tmp_path, WHOLE, ENVIRON | {"STAGING": url})["targets.staging.database_url"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("postgres://u:p@DB.example.com/app", "postgresql://v:q@db.example.com:5432/app"),
        ("postgres://u:p@localhost:5433/app", "postgres://u:p@127.0.0.1:5433/app?sslmode=disable"),
        (
            "postgres://postgres.ref:p@aws-0-eu-central-1.pooler.supabase.com:5432/postgres",
            "postgres://postgres:p@db.ref.supabase.co:5432/postgres",
        ),
    ],
)
def test_one_database_is_recognised_by_its_different_addresses(tmp_path: Path, one: str, other: str) -> None:
    found = faults(tmp_path, WHOLE, ENVIRON | {"STAGING": one, "MAIN": other})
    assert list(found) == ["targets.main.database_url"]


def test_two_projects_at_one_pooler_are_two_databases(tmp_path: Path) -> None:
    pooler = "postgres://postgres.{}:p@aws-0-eu-central-1.pooler.supabase.com:5432/postgres"
    environ = ENVIRON | {"STAGING": pooler.format("one"), "MAIN": pooler.format("two")}
    assert len(load(written(tmp_path, WHOLE), environ).targets) == 2


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgres://u:p@db.example.com/app", "verify-full"),
        ("postgres://u:p@db.example.com/app?sslmode=require", "require"),
        ("postgres://u:p@127.0.0.1/app", "prefer"),
        ("postgres://u@%2Frun%2Fpostgresql/app", "prefer"),
    ],
)
def test_encryption_is_verified_off_loopback_unless_told_otherwise(
    tmp_path: Path, url: str, mode: str
) -> None:
    settings = load(written(tmp_path, WHOLE), ENVIRON | {"STAGING": url})
    assert settings.targets["staging"].sslmode == mode


def test_a_secret_file_loses_the_line_end_at_its_end_only(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"first of two\nsecond of two\r\n")
    text = changed('["env:HOOK", "env:TOKEN"]', f'"file:{secret}"')
    settings = load(written(tmp_path, text), ENVIRON)
    assert settings.repositories["app"].webhook_secrets == (Secret("first of two\nsecond of two"),)


def test_a_variable_lies_over_the_file(tmp_path: Path) -> None:
    over = {
        "BASCULE__SERVICE__LISTEN": "[::1]:9000",
        "BASCULE__TARGETS__STAGING__ATTEMPTS": "7",
        "BASCULE__REPOSITORIES__APP__ALLOW_LOCAL": "true",
        "BASCULE__NOTIFY__TEAM__ON": '["failed"]',
    }
    settings = load(written(tmp_path, WHOLE), ENVIRON | over)
    assert (settings.service.listen.host, settings.service.listen.port) == ("::1", 9000)
    assert settings.targets["staging"].policy.attempts == 7
    assert settings.repositories["app"].allow_local
    assert settings.notify["team"].on == {EventKind.FAILED}


def test_comparing_on_schedule_can_be_switched_off_by_a_word_and_by_no_number(tmp_path: Path) -> None:
    usual = load(written(tmp_path, WHOLE), ENVIRON).service.compare_facts_seconds
    off = load(written(tmp_path, changed("[service]", '[service]\ncompare_facts = "off"')), ENVIRON)
    assert (usual, off.service.compare_facts_seconds) == (3600, None)
    for number in ('"0s"', "0", '"never"'):
        told = faults(tmp_path, changed("[service]", f"[service]\ncompare_facts = {number}"))
        assert list(told) == ["service.compare_facts"]


def test_a_variable_finds_the_name_with_a_hyphen(tmp_path: Path) -> None:
    text = changed("[targets.main]", "[targets.eu-main]")
    settings = load(written(tmp_path, text), ENVIRON | {"BASCULE__TARGETS__EU_MAIN__BRANCH": "release"})
    assert settings.targets["eu-main"].policy.branch == "release"


def test_a_fault_names_the_variable_that_made_it(tmp_path: Path) -> None:
    found = faults(tmp_path, WHOLE, ENVIRON | {"BASCULE__TARGETS__MAIN__LOCK_TIMEOUT": "4"})
    assert found == {
        "targets.main.lock_timeout": (
            '"4" has no unit; write "4s" (set by BASCULE__TARGETS__MAIN__LOCK_TIMEOUT)'
        )
    }


@pytest.mark.parametrize("name", ["BASCULE__", "BASCULE____X", "BASCULE__SERVICE__LISTEN__HOST"])
def test_a_variable_that_can_set_no_key_is_a_fault(tmp_path: Path, name: str) -> None:
    text = changed("[service]", '[service]\nlisten = "127.0.0.1:1"')
    assert list(faults(tmp_path, text, ENVIRON | {name: "x"})) == [name]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"[service\nx = 1", "at line 1"),
        (b"\xff\xfe", "not UTF-8"),
        (b"x = " + b"9" * 5000, "is no TOML"),
        (b"x = " + b"[" * 5000, "file"),
    ],
)
def test_a_broken_file_is_one_fault_with_its_place(tmp_path: Path, content: bytes, text: str) -> None:
    path = tmp_path / "bascule.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="1 fault") as caught:
        load(path, {})
    assert text in str(caught.value)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "bascule.toml"
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    assert load(path, ENVIRON).targets


def test_a_named_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path / "none.toml", {})


def test_the_file_is_found_by_argument_then_variable_then_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bascule.toml").write_text("")
    named, argued = tmp_path / "named.toml", tmp_path / "argued.toml"
    named.write_text("")
    argued.write_text("")
    assert load(None, {}).file == Path("bascule.toml")
    assert load(None, {"BASCULE_SETTINGS": str(named)}).file == named
    assert load(argued, {"BASCULE_SETTINGS": str(named)}).file == argued


def test_all_secrets_can_be_told_to_the_log(tmp_path: Path) -> None:
    settings = load(written(tmp_path, WHOLE), ENVIRON)
    assert {secret.reveal() for secret in settings.secrets()} == set(ENVIRON.values())


def test_a_stage_ends_before_rabbitmq_cuts_its_worker_off(tmp_path: Path) -> None:
    longer = changed("[service]", '[service]\nbroker_url = "env:BROKER"\nlongest_stage = "29.1m"')
    on = ENVIRON | {"BROKER": "amqp://bascule:hunter2@broker.example.com/bascule"}
    assert "write 29m or less" in faults(tmp_path, longer, on)["service.longest_stage"]
    elsewhere = ENVIRON | {"BROKER": "redis://:hunter2@broker.example.com/0"}
    settings = load(written(tmp_path, longer), elsewhere)
    assert settings.service.longest_stage_seconds == 29.1 * 60


def test_printed_settings_hold_no_secret(tmp_path: Path) -> None:
    printed = repr(load(written(tmp_path, WHOLE), ENVIRON))
    assert not [value for value in ENVIRON.values() if value in printed]
    assert "hunter2" not in printed


def test_a_section_that_is_no_table_is_a_fault() -> None:
    with pytest.raises(ConfigurationError, match="must be a table"):
        settings_of({"service": 1}, {}, file=None)
