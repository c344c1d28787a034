"""The web process: two listeners over one ledger."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import structlog

from orchestrator.adapters.broker import ping
from orchestrator.domain.errors import BasculeError
from orchestrator.web.admin import admin_app
from orchestrator.web.listen import bind, url_of
from orchestrator.web.public import public_app
from orchestrator.web.reception import RepositoryHooks
from orchestrator.web.serve import serve
from orchestrator.wiring import House

log = structlog.get_logger()


def run(house: House) -> None:
    """Serve until told to stop."""
    service = house.settings.service
    policies = list(house.policies.values())
    public = public_app(
        repositories=_hooks(house),
        targets=policies,
        reception=house.reception,
        deliveries_per_minute=_rates(house),
    )
    admin = admin_app(
        reading=house.reading,
        contents=house.kept,
        readiness=lambda: _readiness(house),
        listen_host=service.admin_listen.host,
        token=service.admin_token.reveal() if service.admin_token else None,
        names=filter(None, [urlsplit(service.public_url).hostname]),
        targets=policies,
    )
    listen = bind(service.listen.host, service.listen.port, setting="service.listen")
    admin_listen = bind(service.admin_listen.host, service.admin_listen.port, setting="service.admin_listen")
    house.upgrade()
    log.info("listening", webhooks=url_of(listen), page=url_of(admin_listen))
    serve(public, admin, listen=listen, admin_listen=admin_listen, started=lambda: log.info("ready"))


def _hooks(house: House) -> Mapping[str, RepositoryHooks]:
    return {
        name: RepositoryHooks(
            forge=house.forge(repository.forge),
            secrets=tuple(secret.reveal().encode() for secret in repository.webhook_secrets),
        )
        for name, repository in house.settings.repositories.items()
    }


def _rates(house: House) -> Mapping[str, int]:
    return {
        name: repository.deliveries_per_minute
        for name, repository in house.settings.repositories.items()
        if repository.deliveries_per_minute is not None
    }


def _readiness(house: House) -> Mapping[str, str]:
    checks: Mapping[str, Callable[[], object]] = {
        "ledger": house.reading.ready,
        "broker": lambda: ping(house.broker_url),
    }
    return {name: _trouble(check) for name, check in checks.items()}


def _trouble(check: Callable[[], object]) -> str:
    try:
        check()
    except BasculeError as problem:
        return problem.message
    return ""
