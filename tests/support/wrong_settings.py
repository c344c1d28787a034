"""Settings with a secret that is wrong, or that stands where none belongs."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.canaries import Canaries
from tests.support.service import free_port


def wrong_settings(
    environment: Mapping[str, str], canaries: Canaries, folder: Path
) -> dict[str, tuple[tuple[str, ...], dict[str, str]]]:
    """Return, for each kind, a command and what is different in its environment."""
    control = environment["CONTROL_URL"]
    host = urlsplit(control).netloc.rpartition("@")[2]
    broker = urlsplit(environment["BROKER_URL"]).netloc.rpartition("@")[2]
    broken = folder / "broken.toml"
    broken.write_text(f'[service]\ndatabase_url = "postgresql://bascule:{canaries["broken file"]}@db/x\n')
    wrong = f"postgresql://bascule:{canaries.in_url('ledger password')}@{host}{urlsplit(control).path}"

    def url(name: str, rest: str) -> str:
        return f"postgresql://bascule:{canaries.in_url(name)}@{rest}"

    return {
        "ledger password": (("status",), {"CONTROL_URL": wrong}),
        "ledger password in JSON": (("show", "1", "--json"), {"CONTROL_URL": wrong}),
        "ledger away": (("status",), {"CONTROL_URL": url("ledger away", f"127.0.0.1:{free_port()}/x")}),
        "ledger pooled": (("status",), {"CONTROL_URL": url("ledger pooled", "db.example:6543/x")}),
        "ledger URL broken": (("status",), {"CONTROL_URL": url("ledger broken", "[::1/x")}),
        "ledger port broken": (("status",), {"CONTROL_URL": url("ledger port", "db:54x32/x")}),
        "ledger parameter unknown": (("status",), {"CONTROL_URL": url("ledger option", "db/x?nonsense=1")}),
        "broker password": (
            ("doctor",),
            {"BROKER_URL": f"redis://:{canaries.in_url('broker password')}@{broker}/0"},
        ),
        "broker scheme": (("status",), {"BROKER_URL": f"http://u:{canaries.in_url('broker scheme')}@b"}),
        "target scheme": (("status",), {"URL_ROWS": f"mysql://u:{canaries.in_url('target scheme')}@b/x"}),
        "secret written out": (
            ("config", "check"),
            {"BASCULE__SERVICE__ADMIN_TOKEN": canaries["written out"]},
        ),
        "URL written out": (
            ("config", "check", "--json"),
            {"BASCULE__TARGETS__ROWS__DATABASE_URL": url("URL written out", "db/x")},
        ),
        "URL as an address": (
            ("config", "check"),
            {"BASCULE__SERVICE__LISTEN": url("URL as address", "db/x")},
        ),
        "URL as a duration": (
            ("config", "check"),
            {"BASCULE__TARGETS__ROWS__LOCK_TIMEOUT": url("URL as duration", "db/x")},
        ),
        "URL as a choice": (
            ("config", "check"),
            {"BASCULE__TARGETS__ROWS__OUT_OF_ORDER": url("URL as choice", "db/x")},
        ),
        "token in the repository": (
            ("config", "check"),
            {"BASCULE__REPOSITORIES__APP__URL": f"https://x:{canaries.in_url('repository')}@example/a.git"},
        ),
        "token in the receiver": (
            ("config", "check"),
            {"BASCULE__NOTIFY__HOOK__URL": f"https://x:{canaries.in_url('receiver')}@example/hook"},
        ),
        "admin token short": (("config", "check"), {"ADMIN_TOKEN": canaries.plain("short admin")[:14]}),
        "webhook secret short": (("config", "check"), {"WEBHOOK_SECRET": canaries.plain("short hook")[:14]}),
        "Slack unencrypted": (
            ("config", "check"),
            {"SLACK_URL": f"http://hooks.slack.com/services/{canaries.plain('Slack unencrypted')}"},
        ),
        "signing secret broken": (
            ("config", "check"),
            {"HOOK_SECRET": f"whsec_{canaries['signing secret']}"},
        ),
        "settings broken": (("status", "--settings", str(broken)), {}),
    }
