"""What the service was told, valid and frozen. Adapters get plain values from here, never the whole."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

from orchestrator.domain.event import EventKind
from orchestrator.domain.network import is_loopback
from orchestrator.domain.target import TargetPolicy

SslMode = Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]


class Secret:
    """A value that is shown to nobody by accident: neither printed, nor logged, nor pickled."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value, for the one place that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __deepcopy__(self, memo: object) -> "Secret":
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


@dataclass(frozen=True, kw_only=True, slots=True)
class Listen:
    """Where a listener of ours stands."""

    host: str
    #: 0 lets the system choose
    port: int

    @property
    def is_loopback(self) -> bool:
        """Tell whether only this machine can reach it."""
        return is_loopback(self.host)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, kw_only=True, slots=True)
class DatabaseAddress:
    """Which database a URL leads to, without its password: fit to be shown."""

    #: lower case; a directory where a Unix socket is used
    host: str
    port: int
    database: str
    user: str

    @property
    def is_loopback(self) -> bool:
        """Tell whether the connection stays on this machine."""
        return is_loopback(self.host) or self.host.startswith("/")

    def __str__(self) -> str:
        return f"{self.host}:{self.port}/{self.database}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceSettings:
    """The service itself."""

    #: the control database; None: the embedded one
    database_url: Secret | None
    #: None: the embedded one
    broker_url: Secret | None
    #: a throw-away server for rehearsals, for its superuser; None: one of our own
    scratch_url: Secret | None
    #: webhooks
    listen: Listen
    #: page and API
    admin_listen: Listen
    #: never None where admin_listen is not on loopback
    admin_token: Secret | None
    #: absolute
    state_directory: Path
    #: a stage that takes longer is ended from outside; every limit of a statement lies below it
    longest_stage_seconds: float
    #: how often branches are looked at whose webhook may never have come
    compare_heads_seconds: float
    #: how often targets are compared with the facts on record for them; None: only by deployments and people
    compare_facts_seconds: float | None
    #: how long the ledger keeps what nobody needs any more; None: for ever
    keep_seconds: float | None
    #: where people open the page, without a slash at the end; empty: messages carry no link
    public_url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RepositorySettings:
    """One repository, and how its forge's webhooks are verified."""

    url: str
    forge: str
    #: the folder that holds `migrations/`
    directory: str
    #: each of them is accepted, so that a secret can be changed without losing a push
    webhook_secrets: tuple[Secret, ...]
    #: verified deliveries that one web process takes; more are told to come back. None: any number
    deliveries_per_minute: int | None
    #: how much of a disk its mirror may take
    largest_mirror_bytes: int
    #: for git over https
    token: Secret | None
    #: whether a path, a file:// URL or plain http on loopback may be cloned
    allow_local: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetSettings:
    """One target: how deployments to it are decided, and how its database is reached."""

    policy: TargetPolicy
    database_url: Secret
    address: DatabaseAddress
    #: overrides what the URL says
    sslmode: SslMode
    #: a file, or "system"; None: what the PostgreSQL client library looks for by itself
    sslrootcert: str | None
    statement_timeout_seconds: float
    lock_timeout_seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackSettings:
    """A channel that is told through a Slack incoming webhook."""

    webhook_url: Secret
    on: frozenset[EventKind]


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookSettings:
    """A channel that is told through a signed webhook (Standard Webhooks)."""

    url: str
    secret: Secret
    on: frozenset[EventKind]
    #: whether the receiver may stand on a private or loopback address
    allow_private: bool


ChannelSettings = SlackSettings | WebhookSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything that the operator decided."""

    #: the file that was read; None: none was found and nothing was missed
    file: Path | None
    service: ServiceSettings
    repositories: Mapping[str, RepositorySettings]
    targets: Mapping[str, TargetSettings]
    notify: Mapping[str, ChannelSettings]

    def secrets(self) -> Iterator[Secret]:
        """Yield every secret, so that the log can be told what it must never show."""
        service = self.service
        of_service = (service.database_url, service.broker_url, service.scratch_url, service.admin_token)
        yield from (secret for secret in of_service if secret)
        for repository in self.repositories.values():
            yield from repository.webhook_secrets
            if repository.token:
                yield repository.token
        yield from (target.database_url for target in self.targets.values())
        for channel in self.notify.values():
            yield channel.webhook_url if isinstance(channel, SlackSettings) else channel.secret
