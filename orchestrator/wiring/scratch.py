"""The throw-away server for rehearsals, for the service and for a checkout alone."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.domain.errors import ConfigurationError, Unavailable
from orchestrator.settings import Secret

if TYPE_CHECKING:
    from orchestrator.adapters.postgres.scratch.baselines import WholeBaselines
    from orchestrator.adapters.postgres.scratch.scratch import PostgresScratch
    from orchestrator.adapters.postgres.scratch.server import Server
    from orchestrator.adapters.postgres.target.address import TargetAddress


def scratch_on(
    state: Path, addresses: Iterable["TargetAddress"] = (), *, url: Secret | None = None
) -> "PostgresScratch":
    """Return the throw-away server for rehearsals: the one that the operator names, else one of our own."""
    from orchestrator.adapters.postgres.scratch.copies import Copies
    from orchestrator.adapters.postgres.scratch.scratch import PostgresScratch

    def server_of(major: int | None) -> "Server":
        return _named(url.reveal()) if url is not None else _own(state, major)

    def copies_on(server: "Server") -> Copies:
        return Copies(server, pg_dump_of_wheel=_wheel_s_pg_dump())

    return PostgresScratch(server_of, addresses, copies_on)


@contextmanager
def baselines_on(state: Path, addresses: Iterable["TargetAddress"]) -> Iterator["WholeBaselines"]:
    """Open what writes targets down, on a throw-away server of its own that ends with it.

    What a baseline leans on has to be on every fresh server: that of the rehearsals knows roles of targets.
    """
    from orchestrator.adapters.postgres.scratch.baselines import WholeBaselines
    from orchestrator.embedded.faults import explained
    from orchestrator.embedded.state import prepare

    with explained(state):
        prepare(state.absolute())
        folder = Path(tempfile.mkdtemp(prefix="baseline-", dir=state.absolute()))
    try:
        yield WholeBaselines(
            scratch_on(folder),
            lambda major: _own(folder, major),
            addresses,
            pg_dump_of_wheel=_wheel_s_pg_dump(),
        )
    finally:
        release_scratch()
        shutil.rmtree(folder, ignore_errors=True)


def _named(url: str) -> "Server":
    from orchestrator.adapters.postgres.target.address import TargetAddress
    from orchestrator.adapters.postgres.target.connect import open_session
    from orchestrator.embedded import scratch

    try:
        return scratch.configured(url)
    except Unavailable:
        # what waiting never helps against, a wrong password for one, is said by whoever asks why
        open_session(TargetAddress(name="service.scratch_url", url=url)).connection.close()
        raise


def _own(state: Path, major: int | None) -> "Server":
    from orchestrator.embedded import scratch

    return scratch.acquire(state, major=major if major in scratch.available_majors() else None)


def _wheel_s_pg_dump() -> Path | None:
    """Find the pg_dump that came with the embedded servers, where they are installed."""
    from orchestrator.embedded.programs import client

    with suppress(ConfigurationError):
        return client("pg_dump")
    return None


def release_scratch() -> None:
    """Stop the scratch servers that this process started."""
    from orchestrator.embedded import scratch

    scratch.release_all()
