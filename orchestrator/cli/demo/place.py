"""Where the demo lives: a directory of its own, with settings that lead nowhere else."""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from orchestrator.domain.errors import ConfigurationError

_PREFIX = "bascule-demo-"
_REPOSITORY: Final = "telecom"
#: where a temporary directory may lie, after the one that this process was told to use
_SHARED: Final = ("/tmp", "/var/tmp", "/var/lib")  # noqa: S108 - a directory of our own is made there
_PASSABLE = 0o001

_SETTINGS = """\
# Written by `bascule demo`, which writes it anew each time.
[service]
listen = "127.0.0.1:{webhooks}"
admin_listen = "127.0.0.1:{page}"
public_url = "http://127.0.0.1:{page}"
state_directory = {state}

[repositories.{repository}]
url = {bare}
allow_local = true
webhook_secret = {secret}

[notify.slack]
slack_webhook_url = {slack}
"""
_TARGET = """
[targets.{name}]
repository = "{repository}"
branch = "{branch}"
database_url = {url}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """The directory and what lies in it beside the servers' data."""

    path: Path

    @property
    def settings(self) -> Path:
        """The settings file; where there is one, the directory is a demo's."""
        return self.path / "demo.toml"

    @property
    def bare(self) -> Path:
        """The repository that is pushed to."""
        return self.path / f"{_REPOSITORY}.git"

    @property
    def checkout(self) -> Path:
        """The author's side of it."""
        return self.path / "checkout"

    @property
    def secret(self) -> Path:
        """The webhook's secret."""
        return self.path / "webhook-secret"

    def clear(self) -> None:
        """Forget an earlier story's repositories and the mirrors of them."""
        for folder in (self.bare, self.checkout, self.path / "mirrors"):
            shutil.rmtree(folder, ignore_errors=True)

    def write_settings(
        self, *, webhooks: int, page: int, slack: str, targets: Mapping[str, tuple[str, str]]
    ) -> None:
        """Write settings and secrets. `targets` are names with their branch and database URL."""
        self._write_secret(self.secret, secrets.token_hex(32))
        text = _SETTINGS.format(
            webhooks=webhooks,
            page=page,
            state=_quoted(self.path),
            repository=_REPOSITORY,
            bare=_quoted(self.bare.as_uri()),  # a URL may hold what a path here may not: a space
            secret=self._kept("webhook-secret"),
            slack=self._kept("slack-url", slack),
        )
        for name, (branch, url) in targets.items():
            where = self._kept(f"{name}-url", url)
            text += _TARGET.format(name=name, repository=_REPOSITORY, branch=branch, url=where)
        self.settings.write_text(text)

    @staticmethod
    def hook_path() -> str:
        """Return the path of the webhook's address."""
        return f"/webhooks/{_REPOSITORY}"

    def _kept(self, name: str, content: str | None = None) -> str:
        """Keep a secret in a file, and return how settings refer to it."""
        file = self.path / name
        if content is not None:
            self._write_secret(file, content)
        return _quoted(f"file:{file}")

    @staticmethod
    def _write_secret(file: Path, content: str) -> None:
        file.unlink(missing_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(content)


@contextmanager
def a_place(named: Path | None, environ: Mapping[str, str]) -> Iterator[Place]:
    """Lend the directory that was named, else `demo` in $BASCULE_STATE, else one that is removed afterwards.

    Raises ConfigurationError when the named one holds something else: the demo begins anew in it.
    """
    if named is None and environ.get("BASCULE_STATE"):
        named = Path(environ["BASCULE_STATE"]) / "demo"
    if named is not None:
        place = Place(named.absolute())
        _require_ours(place)
        yield place
        return
    folder = _somewhere()
    _sweep(folder)
    place = Place(Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder)))
    try:
        yield place
    finally:
        _remove(place.path)


def examples_dir(environ: Mapping[str, str]) -> Path:
    """Find the folder of the example: in the checkout that this package lies in, else the installed copy."""
    package = resources.files("orchestrator")
    named = [Path(environ["BASCULE_EXAMPLES_DIR"])] if environ.get("BASCULE_EXAMPLES_DIR") else []
    places = [*named, Path(str(package)).parent / "examples", Path(str(package / "_examples"))]
    found = next((place / _REPOSITORY for place in places if (place / _REPOSITORY / "acts").is_dir()), None)
    if found is None:
        raise ConfigurationError(
            "examples/telecom is missing from this installation",
            code="examples-missing",
            remedy="install Bascule again, or name the folder in BASCULE_EXAMPLES_DIR",
        )
    return found


def _require_ours(place: Place) -> None:
    try:
        strange = place.path.exists() and not place.settings.exists() and any(place.path.iterdir())
    except OSError as problem:
        raise ConfigurationError(
            f"{place.path} cannot be used: {problem.strerror}",
            code="demo-place",
            remedy="name another directory with --state",
        ) from problem
    if strange:
        raise ConfigurationError(
            f"{place.path} holds something that the demo did not put there",
            code="demo-place",
            remedy="name an empty directory with --state, or one that does not exist yet",
            path=str(place.path),
        )


def _somewhere() -> Path:
    """Choose where programs may run and, for root, where the servers' own user can pass through."""
    candidates = [Path(tempfile.gettempdir()), *map(Path, _SHARED)]
    fits = [folder for folder in candidates if folder.is_dir() and _fits(folder.absolute())]
    return fits[0] if fits else candidates[0]


def _fits(folder: Path) -> bool:
    if not os.access(folder, os.W_OK | os.X_OK) or os.statvfs(folder).f_flag & os.ST_NOEXEC:
        return False
    return os.geteuid() != 0 or all(way.stat().st_mode & _PASSABLE for way in _way_to(folder.resolve()))


def _way_to(folder: Path) -> Sequence[Path]:
    return (folder, *folder.parents)


def _sweep(folder: Path) -> None:
    """Remove what demos left behind that were killed: ours, and with nobody holding their lock."""
    for left in folder.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if left.is_symlink() or left.stat().st_uid != os.geteuid() or not any(left.iterdir()):
                continue  # an empty one may be somebody's who has just begun
            with (left / "lock").open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)


def _remove(folder: Path) -> None:
    """Remove all of it, whoever asks us to hurry meanwhile."""
    ended_by = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in ended_by}
    shutil.rmtree(folder, ignore_errors=True)
    for number, handler in before.items():
        signal.signal(number, handler)


def _quoted(value: object) -> str:
    return json.dumps(str(value), ensure_ascii=False)
