"""The embedded Valkey: a broker that survives a crash."""

import signal
import socket
from pathlib import Path
from typing import ClassVar

from orchestrator.embedded.child import Child
from orchestrator.embedded.faults import explained
from orchestrator.embedded.server import ENVIRONMENT, Server
from orchestrator.embedded.state import State

_CONFIGURATION = Path(__file__).parent / "valkey.conf"


class Valkey(Server):
    """A Valkey that asks for a password."""

    name: ClassVar[str] = "valkey"
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, state: State, program: Path) -> None:
        super().__init__(state)
        self.program = program
        self.data = state.valkey

    @property
    def url(self) -> str:
        """The broker's URL with its password."""
        return f"redis://:{self.state.secrets['valkey']}@127.0.0.1:{self.port}/0"

    def spawn(self) -> Child:
        """Start the server. The configuration, which holds the password, goes through stdin."""
        with explained(self.data):
            self.data.mkdir(mode=0o700, exist_ok=True)
            self.state.account.own(self.data)
        return Child.spawn(
            [self.program, "-"],
            env=ENVIRONMENT,
            log=self.log,
            death_signal=self.stop_signal,
            account=self.state.account,
            cwd=self.data,  # its files go there: no path in the configuration needs quoting
            keep=[self.state.lock],
            stdin=self._configuration().encode(),
        )

    def is_ready(self) -> bool:
        """Ask it, with the password: another program may listen on the port."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.settimeout(1)
                connection.sendall(f"AUTH {self.state.secrets['valkey']}\r\nPING\r\n".encode())
                return _answer(connection) == b"+OK\r\n+PONG\r\n"
        except OSError:
            return False

    def _configuration(self) -> str:
        own = f"port {self.port}\nrequirepass {self.state.secrets['valkey']}\n"
        return _CONFIGURATION.read_text() + own


def _answer(connection: socket.socket) -> bytes:
    answer = b""
    while answer.count(b"\n") < 2 and (part := connection.recv(256)):  # noqa: PLR2004 - one line per command
        answer += part
    return answer
