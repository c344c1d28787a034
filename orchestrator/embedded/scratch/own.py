"""The throw-away server of this host: who needs it first starts it, the others find it."""

import contextlib
import os
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import quote

from orchestrator.domain.errors import ConfigurationError, Unavailable
from orchestrator.embedded import programs
from orchestrator.embedded.postgres import SUPERUSER
from orchestrator.embedded.programs import Source
from orchestrator.embedded.scratch.cluster import ScratchPostgres, bring_up
from orchestrator.embedded.scratch.faults import explained
from orchestrator.embedded.scratch.place import ORDINARY, Announcement, ScratchPlace, cluster_below
from orchestrator.embedded.scratch.server import ScratchServer

#: how long another process may take to make a cluster, or to end
_PATIENCE_SECONDS: Final = 150.0
#: how long a server whose owner just died may take to go
_FAREWELL_SECONDS: Final = 0.5
#: after so long a server without an owner is no longer waited for, but ended by force
_GENTLE_SECONDS: Final = 2.0
_PAUSE_SECONDS: Final = 0.01

V = TypeVar("V")

#: the servers that were started here, each with the process that did: after a fork they are its parent's
_started: list[tuple[int, ScratchPostgres]] = []
_known: dict[tuple[int, Path, int], "OwnScratch"] = {}


class OwnScratch(ScratchServer):
    """The throw-away server below a state directory."""

    def __init__(self, state: Path, major: int) -> None:
        """Find it, or start it. Raises ConfigurationError, Unavailable."""
        self._state = state
        self._cluster = cluster_below(state, major)
        self.major = major
        self._adopt(_reach(state, major))

    @property
    def version(self) -> str:
        """The name of the programs' folder."""
        return self._announcement.programs

    def holds(self) -> bool:
        """Tell whether the server still runs, and its cluster is there."""
        return self._announcement.holds() and self._cluster.exists()

    def url(self, database: str, role: str) -> str:
        """Return a libpq URL with the password of the superuser, or of a role that may log in."""
        user, name = quote(role, safe=""), quote(database, safe="")
        return f"postgresql://{user}:{self.password(role)}@127.0.0.1:{self._announcement.port}/{name}"

    def password(self, role: str) -> str:
        """Return the superuser's password, or the one that all others share."""
        return self._announcement.passwords[SUPERUSER if role == SUPERUSER else ORDINARY]

    def template(self) -> str:
        """Return the name of the database with the Supabase-like environment; it is made on first use."""
        try:
            return self._where_it_runs(self._make_template)
        except Unavailable as away:
            if away.nouns["sqlstate"]:  # it answered: it is only busy
                raise
        except ConfigurationError:
            pass  # nothing on it is worth asking why
        self.discard()
        return self._where_it_runs(self._make_template)

    def login(self, role: str) -> None:
        """Let an ordinary role log in; it is made when it is not there. Raises ConfigurationError."""
        self._where_it_runs(lambda: self._make_login(role))

    def discard(self) -> None:
        """Throw the cluster away and make it anew, unless somebody just did. Who works on it is cut off."""
        self._adopt(_reach(self._state, self.major, unwanted=self._announcement.token))

    def _adopt(self, announcement: Announcement) -> None:
        self._announcement = announcement
        self.stand_ins = frozenset(announcement.stand_ins)

    def _where_it_runs(self, work: Callable[[], V]) -> V:
        """Do some work on the server; once more where its owner ended in the midst of it."""
        try:
            return self._explained(work)
        except Unavailable:
            if self._remains():
                raise
        self._adopt(_reach(self._state, self.major))
        return self._explained(work)

    def _explained(self, work: Callable[[], V]) -> V:
        with explained(f"its log is below {self._state / 'scratch'}"):
            return work()

    def _remains(self) -> bool:
        deadline = time.monotonic() + _FAREWELL_SECONDS
        while self.holds() and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)
        return self.holds()


def acquire(state: Path, *, major: int | None = None) -> OwnScratch:
    """Return the throw-away server of this version, else of the wheel's; start it if nobody has.

    The first one to need it starts it, and it ends with that process. Harmless to call often; call it anew
    for every rehearsal. Main thread only. Raises ConfigurationError, Unavailable.
    """
    wanted = _usual_major() if major is None else major
    key = (os.getpid(), state.absolute(), wanted)
    known = _known.get(key)
    if known is None or not known.holds():
        _known[key] = known = OwnScratch(state.absolute(), wanted)
    return known


def release_all() -> None:
    """Stop the servers that this process started."""
    ours = [(pid, server) for pid, server in _started if pid == os.getpid()]
    for entry in ours:
        entry[1].stop()
        _started.remove(entry)


def discard(state: Path, major: int) -> None:
    """Throw the cluster of a version away and make it anew."""
    acquire(state, major=major).discard()


def available_majors() -> tuple[int, ...]:
    """Return the versions that can be had on this host without a server of the operator's, in order."""
    majors = set(programs.installed_majors())
    with contextlib.suppress(ConfigurationError):
        majors.add(programs.major_of(programs.postgres_from_wheel()))
    return tuple(sorted(majors))


def _reach(state: Path, major: int, *, unwanted: str = "") -> Announcement:
    """Find the server of a place, or start it. `unwanted`: the token of a cluster that is to be replaced."""
    place = ScratchPlace(state, major)
    began = time.monotonic()
    while not place.try_lock():
        announced = place.announced()
        waited = time.monotonic() - began
        if announced is not None:
            removed = not place.postgres.exists()
            if announced.token != unwanted and announced.holds() and not removed:
                return announced
            if announced.token == unwanted or removed or waited > _GENTLE_SECONDS:
                announced.end()
        if waited > _PATIENCE_SECONDS:
            raise _busy(place)
        time.sleep(_PAUSE_SECONDS)
    try:
        _reap()
        server, announcement = bring_up(place, _source(major), unwanted=unwanted)
        _started.append((os.getpid(), server))
        return announcement
    finally:
        place.unlock()


def _reap() -> None:
    """Forget servers of ours that somebody else ended."""
    ended = [(pid, server) for pid, server in _started if pid == os.getpid() and server.ended()]
    for entry in ended:
        entry[1].stop()
        _started.remove(entry)


@cache
def _usual_major() -> int:
    try:
        return programs.major_of(programs.postgres_from_wheel())
    except ConfigurationError:
        if majors := programs.installed_majors():
            return majors[-1]
        raise


def _source(major: int) -> Source:
    with contextlib.suppress(ConfigurationError):
        if programs.major_of(wheel := programs.postgres_from_wheel()) == major:
            return wheel
    if found := programs.installed(major):
        return found
    raise ConfigurationError(
        f"there is no PostgreSQL {major} on this host to make scratch copies on",
        code="scratch-major",
        remedy=f"install the distribution's package of PostgreSQL {major}, or name service.scratch_url",
        major=major,
    )


def _busy(place: ScratchPlace) -> Unavailable:
    return Unavailable(
        f"the scratch server in {place.path} is neither ready nor gone after {_PATIENCE_SECONDS:g} seconds",
        code="scratch-busy",
        remedy="it is tried again; if nobody on this host uses it, end the processes that hold its lock",
        path=str(place.path),
    )
