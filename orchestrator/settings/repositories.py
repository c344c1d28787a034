"""[repositories.NAME]: one repository and its webhook."""

from typing import Final

from orchestrator.domain.delivery import signing_key
from orchestrator.settings import raw, urls
from orchestrator.settings.faults import shown
from orchestrator.settings.model import RepositorySettings, Secret
from orchestrator.settings.reading import Reading, Table

#: how a signing token of GitLab's begins
_SIGNING: Final = "whsec_"


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
    if given.forge == "gitlab":
        _check_signing(f"{key}.webhook_secret", given.webhook_secret, reading)
    return RepositorySettings(
        url=given.url,
        forge=given.forge,
        directory=given.directory,
        webhook_secrets=given.webhook_secret,
        deliveries_per_minute=given.deliveries_per_minute,
        largest_mirror_bytes=given.largest_mirror,
        token=given.token,
        allow_local=given.allow_local,
    )


def _check_signing(key: str, secrets: tuple[Secret, ...], reading: Reading) -> None:
    """Keep plain tokens out from beside a signing token: they would be taken for accepted, and never are."""
    signing = [secret.reveal() for secret in secrets if secret.reveal().startswith(_SIGNING)]
    if not all(map(_is_key, signing)):
        reading.fault(key, 'begins with "whsec_" and is no signing token; copy the whole of it from GitLab')
    elif signing and len(signing) < len(secrets):
        text = "holds a plain token beside a signing token (whsec_), and would never accept it; take it out"
        reading.fault(key, text)


def _is_key(secret: str) -> bool:
    try:
        signing_key(secret)
    except ValueError:
        return False
    return True


def _check_local(key: str, given: raw.Repository, reading: Reading) -> None:
    if not urls.is_local(given.url):
        text = f"{shown(given.url)} is neither https nor ssh; write https://…, ssh://… or git@host:path"
        reading.fault(key, text)
    elif not given.allow_local:
        reading.fault(key, "leads to this machine; write allow_local = true beside it if that is meant")
