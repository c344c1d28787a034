"""The state directory: data of the servers, their passwords and ports, and the lock that keeps others out."""

import json
import os
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from orchestrator.domain.errors import ConfigurationError
from orchestrator.embedded import lock
from orchestrator.embedded.account import Account, of_servers
from orchestrator.embedded.faults import explained

#: initdb hands its own path to a shell, between double quotes
_NOT_IN_PATHS: Final = frozenset('"$`\\\n')
_CLUSTER: Final = "postgres"
#: whose passwords are made at the first start
_SECRETS: Final = ("supabase_admin", "postgres", "bascule", "valkey")


def default_state(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the state directory: $BASCULE_STATE, else the system's place for it."""
    if named := environ.get("BASCULE_STATE"):
        return Path(named).absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/bascule")
    base = Path(environ.get("XDG_STATE_HOME", ""))
    return (base if base.is_absolute() else _home() / ".local/state") / "bascule"


class Place(Protocol):
    """What a server has to know about where it lives."""

    @property
    def path(self) -> Path:
        """The directory."""
        ...

    @property
    def account(self) -> Account:
        """Whom the server runs as."""
        ...

    @property
    def lock(self) -> int:
        """The lock on the directory; the server inherits it."""
        ...

    @property
    def secrets(self) -> Mapping[str, str]:
        """The passwords, by role."""
        ...

    @property
    def postgres(self) -> Path:
        """The cluster."""
        ...

    @property
    def programs(self) -> Path:
        """The servers' programs."""
        ...

    @property
    def logs(self) -> Path:
        """What the servers say."""
        ...

    def port(self, server: str, *, not_again: int | None = None) -> int:
        """Return a free port, but not one that was just lost to another program."""
        ...


class State:
    """A state directory under our lock. Close it only when the servers have ended."""

    def __init__(self, path: Path) -> None:
        """Make the directory if needed, lock it and read it.

        Raises ConfigurationError: not writable, in use, or on a path that the servers' user cannot reach.
        """
        self.path = path.absolute()
        with explained(self.path):
            self.account: Account = prepare(self.path)
            require_reachable(self.path, self.account)
            self.lock: int = lock.take(self.path / "lock")
            try:
                self.logs.mkdir(mode=0o700, exist_ok=True)
                self.secrets: dict[str, str] = self._secrets()
                self._ports: dict[str, int] = _read(self.path / "ports.json")
            except BaseException:
                self.close()
                raise

    @property
    def postgres(self) -> Path:
        """The cluster."""
        return self.path / _CLUSTER

    @property
    def valkey(self) -> Path:
        """The broker's append-only file."""
        return self.path / "valkey"

    @property
    def programs(self) -> Path:
        """The servers' programs."""
        return self.path / "programs"

    @property
    def logs(self) -> Path:
        """What the servers and the service's processes say."""
        return self.path / "logs"

    def port(self, server: str, *, not_again: int | None = None) -> int:
        """Return the port of the last start if it is free, else another; it is remembered.

        `not_again` is one that was lost to another program between choosing and listening.
        """
        known = self._ports.get(server)
        if known is None or known == not_again or not is_free(known):
            self._ports[server] = free_port(taken=set(self._ports.values()))
            with explained(self.path):
                write(self.path / "ports.json", self._ports)
        return self._ports[server]

    def close(self) -> None:
        """Give the lock back. Harmless when that was done."""
        if self.lock >= 0:
            os.close(self.lock)
            self.lock = -1

    def _secrets(self) -> dict[str, str]:
        file = self.path / "secrets.json"
        if not file.exists():
            if self.postgres.exists():
                raise ConfigurationError(
                    f"{file} is gone: nobody knows the passwords of {self.postgres}",
                    code="secrets-missing",
                    remedy=f"bring {file} back, or remove {self.path} to begin anew",
                    path=str(file),
                )
            write(file, {name: secrets.token_hex(24) for name in _SECRETS})
        return _read(file)


def prepare(path: Path) -> Account:
    """Make a state directory if needed, and choose whom the ledger's servers run as.

    Their group may pass through, not read. Only a directory that was empty is changed.
    Raises ConfigurationError and OSError.
    """
    _require_speakable(path)
    fresh = not path.exists() or not any(path.iterdir())
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    account = of_servers(path / _CLUSTER)
    if fresh and account.gid is not None:
        os.chown(path, 0, account.gid)
        path.chmod(0o710)
    return account


def require_reachable(path: Path, account: Account) -> None:
    """Raise ConfigurationError when a server's user cannot pass through a folder above its data."""
    if account.uid is None:
        return
    for folder in (path, *path.parents):
        if not _passable(folder, account):
            raise ConfigurationError(
                f"the servers do not run as root, and their user cannot pass through {folder}",
                code="state-not-reachable",
                remedy=f"name a state directory elsewhere with BASCULE_STATE, or run: chmod o+x {folder}",
                path=str(folder),
                uid=account.uid,
            )


def is_free(port: int) -> bool:
    """Tell whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port(taken: set[int]) -> int:
    """Return a port on which nobody listens."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port not in taken:
            return port


def _require_speakable(path: Path) -> None:
    odd = sorted(_NOT_IN_PATHS.intersection(str(path)))
    if odd:
        raise ConfigurationError(
            f"the state directory {path} has letters in its name that initdb cannot take: {' '.join(odd)}",
            code="state-name",
            remedy="name another directory with BASCULE_STATE",
            path=str(path),
        )


def _passable(folder: Path, account: Account) -> bool:
    facts = folder.stat()
    if facts.st_uid == account.uid:
        return bool(facts.st_mode & 0o100)
    ours = facts.st_gid in (account.gid, *account.groups)
    return bool(facts.st_mode & (0o010 if ours else 0o001))


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError as fault:
        raise ConfigurationError(
            "there is no home directory to keep state in",
            code="no-home",
            remedy="name a directory with BASCULE_STATE",
        ) from fault


def _read(file: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as fault:
        raise ConfigurationError(
            f"{file} is not what was written there",
            code="state-damaged",
            remedy=f"bring {file} back from a copy; without one, ports.json may be removed",
            path=str(file),
        ) from fault
    return content


def write(file: Path, content: Mapping[str, object], *, durable: bool = True) -> None:
    """Replace a file as a whole, readable by us alone."""
    unfinished = file.with_suffix(".new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        json.dump(content, out)
        if durable:
            out.flush()
            os.fsync(out.fileno())
    unfinished.replace(file)
