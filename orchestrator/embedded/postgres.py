"""The embedded PostgreSQL."""

import shutil
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from orchestrator.domain.errors import ConfigurationError
from orchestrator.embedded.account import Account
from orchestrator.embedded.child import Child
from orchestrator.embedded.faults import explained, require_space
from orchestrator.embedded.programs import Programs
from orchestrator.embedded.server import ENVIRONMENT, Server
from orchestrator.embedded.state import Place

#: the superuser; on a hosted project, too, `postgres` is none
SUPERUSER = "supabase_admin"
_FOUNDING_SECONDS = 120.0
#: a new cluster with its first two databases
_CLUSTER_BYTES = 160 * 2**20


class Postgres(Server):
    """A PostgreSQL that asks everybody for a password."""

    name: ClassVar[str] = "postgres"
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT  # "fast"; SIGTERM would wait for the clients
    #: its configuration, after any files that this one includes
    configuration: ClassVar[tuple[str, ...]] = ("postgresql.conf",)
    #: what initdb is told besides
    founding_options: ClassVar[tuple[str, ...]] = ()

    def __init__(self, state: Place, programs: Programs, *, options: Sequence[str] = ()) -> None:
        super().__init__(state)
        self.programs = programs
        self.options = tuple(options)
        self._founding: Child | None = None

    @property
    def data(self) -> Path:
        """The cluster's directory."""
        return self.state.postgres

    def url(self, database: str, role: str) -> str:
        """Return a libpq URL with the role's password."""
        user, name = quote(role, safe=""), quote(database, safe="")
        return f"postgresql://{user}:{self.password(role)}@127.0.0.1:{self.port}/{name}"

    def password(self, role: str) -> str:
        """Return the role's password."""
        return self.state.secrets[role]

    def begin_founding(self) -> bool:
        """Begin to make the cluster, to be ended with `end_founding`; False when there is one.

        Raises ConfigurationError: the disk is full, or the cluster is another version's.
        """
        if self.data.exists():
            self._require_same_major()
            return False
        require_space(self.state.path, _CLUSTER_BYTES)
        founder = self.state.account.founder()
        with explained(self._unfinished):
            shutil.rmtree(self._unfinished, ignore_errors=True)
            self._unfinished.mkdir(mode=0o700)
            founder.own(self._unfinished)
            self._hand_over_password(founder)
        try:
            self._founding = self._initdb(founder)
        except OSError as fault:
            raise self._cannot_run(fault) from fault
        return True

    def end_founding(self) -> None:
        """Wait for the cluster and put it in its place, all at once. Raises ConfigurationError."""
        assert self._founding is not None, "begin it first"
        self._founding.wait(seconds=_FOUNDING_SECONDS)
        code = self._abandon_founding()
        if code != 0:
            raise self._did_not_start()
        with explained(self._unfinished):
            self.state.account.own_tree(self._unfinished)
            self._unfinished.rename(self.data)

    def stop(self) -> None:
        """End the server, or its founding, in good order."""
        self._abandon_founding()
        super().stop()

    def spawn(self) -> Child:
        """Start the server. Its configuration is ours, not the one that initdb wrote."""
        self._forget_stranger()
        *_, configuration = (_beside(self.programs, name) for name in self.configuration)
        options = [
            f"port={self.port}",
            f"config_file={configuration}",
            f"hba_file={_beside(self.programs, 'pg_hba.conf')}",
            *self.options,
        ]
        return Child.spawn(
            [
                self.programs.postgres,
                "-D",
                self.data,
                *(part for option in options for part in ("-c", option)),
            ],
            env=ENVIRONMENT,
            log=self.log,
            death_signal=self.stop_signal,
            account=self.state.account,
            cwd=Path("/"),
            keep=[self.state.lock],
        )

    def is_ready(self) -> bool:
        """Ask the file in which the server itself says so; no connection is needed."""
        lines = self._pid_file_lines()
        return len(lines) > 7 and lines[0] == str(self._running().pid) and lines[7].strip() == "ready"  # noqa: PLR2004 - the file's eighth line

    def _initdb(self, founder: Account) -> Child:
        return Child.spawn(
            [
                self.programs.initdb,
                *("-D", self._unfinished, "-U", SUPERUSER, "--pwfile", self._password_file),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"),
                *self._locale(),
                *self.founding_options,
            ],
            env=ENVIRONMENT,
            log=self.log,
            death_signal=signal.SIGKILL,
            account=founder,
            cwd=Path("/"),
            keep=[self.state.lock],
        )

    def _hand_over_password(self, founder: Account) -> None:
        self._password_file.unlink(missing_ok=True)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(self.state.secrets[SUPERUSER])
        founder.own(self._password_file)

    def _abandon_founding(self) -> int | None:
        """End initdb if it still runs; return its exit code."""
        if self._founding is None:
            return None
        code = self._founding.stop(signal.SIGKILL, seconds=5)
        self._founding = None
        self._password_file.unlink(missing_ok=True)
        return code

    @property
    def _unfinished(self) -> Path:
        return self.data.with_suffix(".new")

    @property
    def _password_file(self) -> Path:
        return self.data.with_suffix(".password")

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _forget_stranger(self) -> None:
        """Remove a pid file that names a process which is not this cluster's server.

        After a crash the pid may belong to anybody, and PostgreSQL would refuse to start. No server of ours
        runs: it would hold the lock that we hold.
        """
        lines = self._pid_file_lines()
        if not lines:
            return
        try:
            command = Path(f"/proc/{lines[0]}/cmdline").read_bytes()
        except OSError:
            command = b""
        if str(self.data).encode() not in command.split(b"\0"):
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _locale(self) -> tuple[str, ...]:
        """Unicode rules for letters, the same on every machine: built in since 17, the C library's before."""
        if int(self.programs.postgres_major) >= 17:  # noqa: PLR2004 - the version that brought them
            return ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        return ("--locale=C.UTF-8",)

    def _require_same_major(self) -> None:
        there = (self.data / "PG_VERSION").read_text().strip()
        if there != self.programs.postgres_major:
            raise ConfigurationError(
                f"{self.data} was made by PostgreSQL {there}, here is {self.programs.postgres_major}",
                code="cluster-version",
                remedy="install the earlier version and dump what you need, or name another state directory",
                path=str(self.data),
            )


def _beside(programs: Programs, name: str) -> Path:
    """Return a configuration file of ours beside the programs, where the servers' user can read it."""
    ours = Path(__file__).parent / name
    copy = programs.postgres.parent / name
    if not copy.exists() or copy.read_bytes() != ours.read_bytes():
        shutil.copyfile(ours, copy)
        copy.chmod(0o644)
    return copy
