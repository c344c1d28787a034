"""Everything that one process works with; each part is made when it is first asked for."""

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from orchestrator.adapters.forges.known import FORGES
from orchestrator.adapters.git import Repositories, RepositorySource
from orchestrator.adapters.postgres.ledger.care import LedgerCare
from orchestrator.adapters.postgres.ledger.claims import LedgerClaims
from orchestrator.adapters.postgres.ledger.connection import ControlDatabase
from orchestrator.adapters.postgres.ledger.deliveries import LedgerDeliveries
from orchestrator.adapters.postgres.ledger.deployments import Telling
from orchestrator.adapters.postgres.ledger.keeping import LedgerKeeping
from orchestrator.adapters.postgres.ledger.kept import LedgerKept
from orchestrator.adapters.postgres.ledger.notifications import LedgerNotifications
from orchestrator.adapters.postgres.ledger.outbox import LedgerOutbox
from orchestrator.adapters.postgres.ledger.pool import ControlPool
from orchestrator.adapters.postgres.ledger.pushes import LedgerReception
from orchestrator.adapters.postgres.ledger.reading import LedgerReading
from orchestrator.adapters.postgres.ledger.schema import upgrade
from orchestrator.adapters.postgres.ledger.watching import LedgerWatching
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.target import TargetPolicy
from orchestrator.embedded.running import find as find_running
from orchestrator.ports import Channel, Forge, Linter
from orchestrator.settings import ChannelSettings, Secret, Settings, SlackSettings, TargetSettings
from orchestrator.wiring.scratch import baselines_on, scratch_on

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from orchestrator.actions.diagnosis import Diagnosis
    from orchestrator.adapters.celery_queue import CeleryQueue
    from orchestrator.adapters.postgres.scratch.baselines import WholeBaselines
    from orchestrator.adapters.postgres.scratch.scratch import PostgresScratch
    from orchestrator.adapters.postgres.target.address import TargetAddress
    from orchestrator.adapters.postgres.target.targets import PostgresTargets
    from orchestrator.relay.courier import Courier
    from orchestrator.relay.drift import DriftWatch
    from orchestrator.relay.heads import HeadWatch
    from orchestrator.relay.keeping import Forgetting
    from orchestrator.relay.publisher import Publisher
    from orchestrator.steps import Tools


class House:
    """Everything that one process works with; each part is made when it is first asked for."""

    def __init__(self, settings: Settings) -> None:
        """Connect nowhere yet."""
        self.settings = settings

    @cached_property
    def policies(self) -> Mapping[str, TargetPolicy]:
        """The targets' policies, by name."""
        return {name: target.policy for name, target in self.settings.targets.items()}

    @cached_property
    def control(self) -> ControlDatabase:
        """The control database."""
        return ControlDatabase(_needed(self.settings.service.database_url, "database_url").reveal())

    @cached_property
    def broker_url(self) -> str:
        """The broker; a secret."""
        return _needed(self.settings.service.broker_url, "broker_url").reveal()

    @cached_property
    def telling(self) -> Telling:
        """Who is told about what."""
        channels = self.settings.notify
        return Telling(
            subscriptions={name: channel.on for name, channel in channels.items()},
            public_url=self.settings.service.public_url,
        )

    @cached_property
    def pool(self) -> ControlPool:
        """Connections for the web process and the command line; never opened before a fork."""
        return ControlPool(self.control)

    @cached_property
    def claims(self) -> LedgerClaims:
        """How the recipe talks to the ledger."""
        return LedgerClaims(self.control, self.telling)

    @cached_property
    def kept(self) -> LedgerKept:
        """What the ledger keeps for later stages."""
        return LedgerKept(self.control)

    @cached_property
    def care(self) -> LedgerCare:
        """What people decide about targets."""
        return LedgerCare(self.control, self.telling)

    @cached_property
    def watching(self) -> LedgerWatching:
        """What targets should be, and what they were seen to be instead."""
        return LedgerWatching(self.control, self.telling)

    @cached_property
    def reading(self) -> LedgerReading:
        """The ledger as people read it."""
        return LedgerReading(self.pool)

    @cached_property
    def reception(self) -> LedgerReception:
        """Stores what forges tell."""
        return LedgerReception(self.pool, self.telling)

    @cached_property
    def deliveries(self) -> LedgerDeliveries:
        """What forges told, as people read it."""
        return LedgerDeliveries(self.pool)

    @cached_property
    def notifications(self) -> LedgerNotifications:
        """What is still to be told."""
        return LedgerNotifications(self.control)

    @cached_property
    def git(self) -> Repositories:
        """The repositories, as mirrors below the state directory."""
        return Repositories(
            {
                name: RepositorySource(
                    url=repository.url,
                    token=repository.token.reveal() if repository.token else None,
                    allow_local=repository.allow_local,
                    mirror_bytes=repository.largest_mirror_bytes,
                    branches=frozenset(
                        target.policy.branch
                        for target in self.settings.targets.values()
                        if target.policy.repository == name
                    ),
                )
                for name, repository in self.settings.repositories.items()
            },
            cache=self.settings.service.state_directory / "mirrors",
        )

    @cached_property
    def targets(self) -> "PostgresTargets":
        """The targets' databases."""
        from orchestrator.adapters.postgres.target.targets import PostgresTargets

        return PostgresTargets(self._addresses())

    @cached_property
    def scratch(self) -> "PostgresScratch":
        """The throw-away server for rehearsals; started when it is first asked for."""
        service = self.settings.service
        return scratch_on(service.state_directory, self._addresses(), url=service.scratch_url)

    def baselines(self) -> "AbstractContextManager[WholeBaselines]":
        """Open what writes targets down; its throw-away server ends with it."""
        return baselines_on(self.settings.service.state_directory, self._addresses())

    def _addresses(self) -> "list[TargetAddress]":
        return [_address(name, target) for name, target in self.settings.targets.items()]

    @cached_property
    def linter(self) -> Linter:
        """The linter, told to look for what we have rules for."""
        from orchestrator.adapters.squawk import Squawk
        from orchestrator.validation.rules import MARKS

        return Squawk(MARKS)

    @cached_property
    def queue(self) -> "CeleryQueue":
        """The broker's side of wake-ups."""
        from orchestrator.adapters.celery_queue import CeleryQueue

        return CeleryQueue(self.broker_url)

    @cached_property
    def tools(self) -> "Tools":
        """What the stages work with."""
        from orchestrator.steps import Tools

        return Tools(
            claims=self.claims,
            kept=self.kept,
            git=self.git,
            targets=self.targets,
            linter=self.linter,
            scratch=self.scratch,
            policies=self.policies,
        )

    @property
    def has_ledger(self) -> bool:
        """Tell whether the settings (or a running embedded service) name a control database."""
        return self.settings.service.database_url is not None

    def forge(self, name: str) -> Forge:
        """Return the reader of a forge's webhooks."""
        return FORGES[name]()

    @cached_property
    def channels(self) -> Mapping[str, Channel]:
        """Where people are told, by the channel's name."""
        return {name: _channel(channel) for name, channel in self.settings.notify.items()}

    def relay_work(self) -> "Mapping[str, Publisher | HeadWatch | DriftWatch | Courier | Forgetting]":
        """Return what a relay does, a thread for each."""
        from orchestrator.relay.courier import Courier
        from orchestrator.relay.drift import DriftWatch
        from orchestrator.relay.heads import HeadWatch
        from orchestrator.relay.keeping import Forgetting
        from orchestrator.relay.publisher import Publisher

        work: dict[str, Publisher | HeadWatch | DriftWatch | Courier | Forgetting] = {
            "publisher": Publisher(self.outbox(), self.queue),
            "head watch": HeadWatch(
                self.outbox(),
                self.git,
                self.policies,
                every_seconds=self.settings.service.compare_heads_seconds,
            ),
            "courier": Courier(self.notifications, self.channels),
        }
        every = self.settings.service.compare_facts_seconds
        watched = [name for name, policy in self.policies.items() if policy.is_watched]
        if every is not None and watched:
            work["drift watch"] = DriftWatch(self.outbox(), self.queue, watched, every_seconds=every)
        keep = self.settings.service.keep_seconds
        if keep is not None:
            work["forgetting"] = Forgetting(LedgerKeeping(self.control), older_than_seconds=keep)
        return work

    def outbox(self) -> LedgerOutbox:
        """Return a relay's side of the ledger; it holds a connection of its own."""
        return LedgerOutbox(self.control, self.telling)

    def hosts_in_doubt(self) -> "Iterator[Diagnosis]":
        """Tell of targets whose host may not be reachable from here, such as one with IPv6 only."""
        from orchestrator.actions.diagnosis import Diagnosis, Health
        from orchestrator.adapters.postgres.target.host import diagnose_host

        for name, target in self.settings.targets.items():
            host = diagnose_host(target.database_url.reveal())
            if host.problem:
                yield Diagnosis(
                    about=f"host of {name}", health=Health.NOTE, found=host.problem, remedy=host.remedy
                )

    def environment_for_children(self) -> dict[str, str]:
        """Return the environment in which another process of ours opens the same house."""
        file = self.settings.file
        running = None if _names_servers() else find_running(self.settings.service.state_directory)
        return {
            **os.environ,
            **(running.environment if running else {}),
            **({"BASCULE_SETTINGS": str(file.absolute())} if file else {}),
        }

    def upgrade(self) -> None:
        """Bring the ledger's schema up to date."""
        upgrade(self.control)

    def close(self) -> None:
        """Let go of what is open."""
        if "pool" in self.__dict__:
            self.pool.close()
        if "queue" in self.__dict__:
            self.queue.close()
        if "control" in self.__dict__:
            self.control.close()


def _needed(secret: Secret | None, key: str) -> Secret:
    if secret is None:
        raise ConfigurationError(
            f"service.{key} is not set and no embedded service runs here",
            code="no-service",
            remedy=f"start one with `bascule up`, or set service.{key} in the settings; "
            "`bascule deploy --here` needs none",
        )
    return secret


def _names_servers() -> bool:
    return "BASCULE__SERVICE__DATABASE_URL" in os.environ


def _address(name: str, target: TargetSettings) -> "TargetAddress":
    from orchestrator.adapters.postgres.target.address import TargetAddress

    return TargetAddress(
        name=name,
        url=target.database_url.reveal(),
        sslmode=target.sslmode,
        sslrootcert=target.sslrootcert,
        statement_timeout_seconds=target.statement_timeout_seconds,
        lock_timeout_seconds=target.lock_timeout_seconds,
    )


def _channel(channel: ChannelSettings) -> Channel:
    from orchestrator.adapters.notify.outgoing_webhook import WebhookChannel
    from orchestrator.adapters.notify.slack import SlackChannel

    if isinstance(channel, SlackSettings):
        return SlackChannel(channel.webhook_url.reveal())
    return WebhookChannel(channel.url, channel.secret.reveal(), allow_private=channel.allow_private)
