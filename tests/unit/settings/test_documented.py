"""Every key stands in default.toml and has its heading in docs/settings.md; nothing else does."""

import re
import tomllib
from pathlib import Path

from orchestrator.settings import config_dir, load, raw

ROOT = Path(__file__).parents[3]
TABLES = {
    "service": [raw.Service],
    "repositories.NAME": [raw.Repository],
    "targets.NAME": [raw.Target],
    "notify.NAME": [raw.Slack, raw.Webhook],
}
KEYS = {
    f"{table}.{key}" for table, models in TABLES.items() for model in models for key in model.model_fields
}


def test_default_toml_shows_every_key_and_no_other() -> None:
    table, shown = "", set()
    for line in (config_dir({}) / "default.toml").read_text().splitlines():
        if header := re.fullmatch(r"\[(.+)\]", line):
            table = header[1]
        elif key := re.match(r"(?:# )?([a-z_]+) = ", line):
            shown.add(f"{table}.{key[1]}")
    assert shown == KEYS


def test_every_key_has_its_heading() -> None:
    headings = re.findall(r"^### `(.+)`$", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)
    assert len(headings) == len(set(headings))
    assert set(headings) == KEYS


def test_the_documented_defaults_are_the_real_ones() -> None:
    defaults = tomllib.loads((config_dir({}) / "default.toml").read_text())
    text = (ROOT / "docs/settings.md").read_text()
    for table in TABLES:
        values = defaults
        for part in table.split("."):
            values = values[part]
        for key, value in values.items():
            section = text.split(f"### `{table}.{key}`")[1].split("\n#")[0]
            written = str(value).lower() if isinstance(value, bool) else str(value).replace("'", '"')
            assert f"Default: `{written}`" in section.replace('`"', "`").replace('"`', "`"), key


def test_the_example_is_accepted() -> None:
    secrets = {
        "BASCULE_DATABASE_URL": "postgresql://bascule:p@control.example.com/bascule",
        "BASCULE_BROKER_URL": "redis://:p@broker.example.com:6379/0",
        "APP_WEBHOOK_SECRET": "a secret long enough",
        "APP_GIT_TOKEN": "t",
        "STAGING_DATABASE_URL": "postgresql://postgres:p@db.one.supabase.co/postgres",
        "PRODUCTION_DATABASE_URL": "postgresql://postgres:p@db.two.supabase.co/postgres",
        "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T/B/x",
        "HOOK_SIGNING_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    }
    settings = load(config_dir({}) / "example.toml", secrets)
    assert set(settings.targets) == {"staging", "production"}


def test_the_folder_of_the_settings_can_be_named(tmp_path: Path) -> None:
    assert config_dir({"BASCULE_CONFIG_DIR": str(tmp_path)}) == tmp_path
