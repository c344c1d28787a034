"""[service]: the service itself."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from orchestrator.settings import raw, urls
from orchestrator.settings.model import ServiceSettings
from orchestrator.settings.reading import Reading

#: its servers' own limit is 30 minutes; a stage that does not stop when asked has half a minute more
_LONGEST_WITH_RABBITMQ_SECONDS: Final = 29 * 60.0


def read(table: object, file: Path | None, reading: Reading) -> ServiceSettings | None:
    """Read the table; None when it has faults."""
    given = reading.check(raw.Service, table, "service")
    if given is None:
        return None
    _check_listeners(given, reading)
    _check_longest_stage(given, reading)
    beside = (file.parent if file else Path()).absolute()
    return ServiceSettings(
        database_url=given.database_url,
        broker_url=given.broker_url,
        scratch_url=given.scratch_url,
        listen=given.listen,
        admin_listen=given.admin_listen,
        admin_token=given.admin_token,
        state_directory=beside / given.state_directory if given.state_directory else _usual(reading.environ),
        longest_stage_seconds=given.longest_stage,
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


def _check_longest_stage(given: raw.Service, reading: Reading) -> None:
    rabbitmq = given.broker_url is not None and urls.is_rabbitmq(given.broker_url.reveal())
    if rabbitmq and given.longest_stage > _LONGEST_WITH_RABBITMQ_SECONDS:
        text = "is too long: RabbitMQ cuts a worker off whose stage takes half an hour; write 29m or less"
        reading.fault("service.longest_stage", text)


def _usual(environ: Mapping[str, str]) -> Path:
    """Return where a user's services keep their state; root's own directory is closed to the servers."""
    if named := environ.get("BASCULE_STATE"):
        return Path(named).absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/bascule")
    base = Path(environ.get("XDG_STATE_HOME", ""))
    home = Path(environ.get("HOME") or "~").expanduser()
    return (base if base.is_absolute() else home / ".local/state") / "bascule"
