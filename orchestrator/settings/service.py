"""[service]: the service itself."""

import os
from collections.abc import Mapping
from pathlib import Path

from orchestrator.settings import raw
from orchestrator.settings.model import ServiceSettings
from orchestrator.settings.reading import Reading


def read(table: object, file: Path | None, reading: Reading) -> ServiceSettings | None:
    """Read the table; None when it has faults."""
    given = reading.check(raw.Service, table, "service")
    if given is None:
        return None
    _check_listeners(given, reading)
    beside = (file.parent if file else Path()).absolute()
    return ServiceSettings(
        database_url=given.database_url,
        broker_url=given.broker_url,
        scratch_url=given.scratch_url,
        listen=given.listen,
        admin_listen=given.admin_listen,
        admin_token=given.admin_token,
        state_directory=beside / given.state_directory if given.state_directory else _usual(reading.environ),
        compare_heads_seconds=given.compare_heads,
        compare_facts_seconds=given.compare_facts,
        keep_seconds=given.keep,
        public_url=(given.public_url or "").rstrip("/"),
    )


def _check_listeners(given: raw.Service, reading: Reading) -> None:
    if not given.admin_listen.is_loopback and given.admin_token is None:
        text = (
            f'missing; required while admin_listen is {given.admin_listen}; write "env:NAME" or "file:/path"'
        )
        reading.fault("service.admin_token", text)
    if given.listen == given.admin_listen and given.listen.port:
        reading.fault("service.admin_listen", "is the same as listen; the two never share an address")


def _usual(environ: Mapping[str, str]) -> Path:
    """Return where a user's services keep their state; root's own directory is closed to the servers."""
    if named := environ.get("BASCULE_STATE"):
        return Path(named).absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/bascule")
    base = Path(environ.get("XDG_STATE_HOME", ""))
    home = Path(environ.get("HOME") or "~").expanduser()
    return (base if base.is_absolute() else home / ".local/state") / "bascule"
