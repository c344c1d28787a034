"""[repositories.NAME]: one repository and its webhook."""

from orchestrator.settings import raw, urls
from orchestrator.settings.faults import shown
from orchestrator.settings.model import RepositorySettings
from orchestrator.settings.reading import Reading, Table


def read(name: str, table: Table, reading: Reading) -> RepositorySettings | None:
    """Read one table; None when it has faults."""
    key = f"repositories.{name}"
    given = reading.check(raw.Repository, table, key)
    if given is None:
        return None
    if not urls.is_remote(given.url):
        _check_local(f"{key}.url", given, reading)
    if given.token and not urls.takes_token(given.url):
        reading.fault(f"{key}.token", "is only sent over https; write an https:// url, or leave it out")
    return RepositorySettings(
        url=given.url,
        forge=given.forge,
        directory=given.directory,
        webhook_secrets=given.webhook_secret,
        token=given.token,
        allow_local=given.allow_local,
    )


def _check_local(key: str, given: raw.Repository, reading: Reading) -> None:
    if not urls.is_local(given.url):
        text = f"{shown(given.url)} is neither https nor ssh; write https://…, ssh://… or git@host:path"
        reading.fault(key, text)
    elif not given.allow_local:
        reading.fault(key, "leads to this machine; write allow_local = true beside it if that is meant")
