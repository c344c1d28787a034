import errno
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchestrator.adapters.git import Repositories, RepositorySource, shelf
from orchestrator.adapters.git.names import kept_ref
from orchestrator.adapters.git.process import Deadline
from orchestrator.domain.errors import ConfigurationError, MigrationRefused, Unavailable
from tests.integration.adapters.git.conftest import MIGRATIONS, Opened
from tests.support.git_server import serving
from tests.support.repository import Repository


def only_mirror(cache: Path) -> Path:
    (mirror,) = cache.glob("*.git")
    return mirror


@pytest.mark.parametrize("name", ["packed-refs.lock", "config.lock", "HEAD.lock", "shallow.lock"])
def test_a_lock_file_of_a_killed_git_does_not_block(
    git: Repositories, repository: Repository, cache: Path, name: str
) -> None:
    git.fetch("app", "main")
    mirror = only_mirror(cache)
    (mirror / name).touch()
    (mirror / f"{kept_ref('main')}.lock").touch()
    (mirror / "objects/pack/tmp_pack_XYZ").write_bytes(b"half")
    second = repository.commit("Second")
    repository.push("origin", "main")
    assert git.fetch("app", "main") == second
    assert not (mirror / "objects/pack/tmp_pack_XYZ").exists()


def damage_head(mirror: Path) -> None:
    (mirror / "HEAD").unlink()


def damage_config(mirror: Path) -> None:
    (mirror / "config").write_bytes(b"[core\n\xff\x00")


def damage_ref(mirror: Path) -> None:
    (mirror / kept_ref("main")).write_bytes(b"\0" * 41)


def damage_packs(mirror: Path) -> None:
    for pack in mirror.glob("objects/pack/*.pack"):
        pack.chmod(0o600)
        pack.write_bytes(pack.read_bytes()[:20])


def lose_objects(mirror: Path) -> None:
    shutil.rmtree(mirror / "objects")
    (mirror / "objects").mkdir()


def leave_an_empty_folder(mirror: Path) -> None:
    shutil.rmtree(mirror)
    mirror.mkdir()


def leave_a_file(mirror: Path) -> None:
    shutil.rmtree(mirror)
    mirror.write_text("not a folder")


ALL_DAMAGE = [
    damage_head, damage_config, damage_ref, damage_packs, lose_objects, leave_an_empty_folder, leave_a_file,
]  # fmt: skip


@pytest.mark.parametrize("damage", ALL_DAMAGE)
def test_a_damaged_mirror_is_cloned_again(
    git: Repositories, repository: Repository, cache: Path, damage: object
) -> None:
    git.fetch("app", "main")
    damage(only_mirror(cache))  # type: ignore[operator]
    second = repository.commit("Second")
    repository.push("origin", "main")
    assert git.fetch("app", "main") == second
    assert len(git.read("app", second, [MIGRATIONS]).blobs) == 1
    assert list(cache.glob("*.gone")) == []


def swap_contents(mirror: Path) -> None:
    """Give a loose object the content of another: git's packs vouch for theirs, a disk does not."""
    git = ["git", f"--git-dir={mirror}"]
    for pack in mirror.glob("objects/pack/*.pack"):
        data = pack.read_bytes()
        pack.unlink()
        pack.with_suffix(".idx").unlink()
        subprocess.run([*git, "unpack-objects", "-q"], input=data, check=True)
    blob = subprocess.run(
        [*git, "rev-parse", f"{kept_ref('main')}:{MIGRATIONS}/1_customers.sql"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    other = subprocess.run(
        [*git, "hash-object", "-w", "--stdin"], input=b"drop table customers;;;;;;;",
        check=True, capture_output=True,
    ).stdout.decode().strip()  # fmt: skip
    path = mirror / "objects" / blob[:2] / blob[2:]
    path.chmod(0o600)
    shutil.copyfile(mirror / "objects" / other[:2] / other[2:], path)


@pytest.mark.parametrize("damage", [damage_packs, lose_objects, swap_contents])
def test_damage_found_while_reading_heals_at_the_next_attempt(
    git: Repositories, repository: Repository, cache: Path, damage: object
) -> None:
    git.fetch("app", "main")
    damage(only_mirror(cache))  # type: ignore[operator]
    with pytest.raises((Unavailable, MigrationRefused)):
        git.read("app", repository.head, [MIGRATIONS])
    assert git.fetch("app", "main") == repository.head
    (blob,) = git.read("app", repository.head, [MIGRATIONS]).blobs
    assert blob.content == b"create table customers ();\n"


def test_many_fetches_leave_few_packs(
    git: Repositories, repository: Repository, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.adapters.git.mirror._PACKS", 10)
    for number in range(15):
        repository.commit(str(number))
        repository.push("origin", "main")
        git.fetch("app", "main")
    assert len(list(only_mirror(cache).glob("objects/pack/*.pack"))) < 10
    assert len(git.read("app", repository.head, [MIGRATIONS]).blobs) == 1


def test_a_cache_that_cannot_be_made_is_the_operators(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    source = RepositorySource(url=repository.remote_url, allow_local=True)
    git = Repositories({"app": source}, cache=tmp_path / "file" / "cache")
    with pytest.raises(ConfigurationError) as raised:
        git.fetch("app", "main")
    assert raised.value.code == "mirror-folder"
    assert raised.value.nouns["path"] == str(tmp_path / "file" / "cache")


def test_a_machine_that_lacks_something_for_a_moment_is_tried_again(
    git: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    def starved(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr("orchestrator.adapters.git.repositories.run_git", starved)
    with pytest.raises(Unavailable) as raised:
        git.head("app", "main")
    assert raised.value.code == "mirror-unavailable"
    assert os.strerror(errno.EMFILE) in str(raised.value)


def test_a_machine_without_git_says_so(git: Repositories, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ConfigurationError) as raised:
        git.head("app", "main")
    assert raised.value.code == "git-missing"


def test_a_cache_inside_somebodys_checkout_ignores_its_settings(
    repository: Repository, tmp_path: Path
) -> None:
    repository.git("config", f"url.{tmp_path}/elsewhere.insteadOf", repository.remote_url)
    source = RepositorySource(url=repository.remote_url, allow_local=True)
    git = Repositories({"app": source}, cache=repository.work / "cache")
    assert git.fetch("app", "main") == repository.head


def test_a_fetch_that_breaks_off_leaves_the_mirror_as_it_was(
    opened: Opened, repository: Repository, cache: Path
) -> None:
    with serving(repository.remote.parent) as server:
        git = opened(url=f"{server.url}/remote.git")
        first = git.fetch("app", "main")
        made = only_mirror(cache).stat().st_ino
        second = repository.commit("Second")
        repository.push("origin", "main")
        server.failing = b"command=fetch"
        with pytest.raises(Unavailable, match="could not be fetched to the end"):
            git.fetch("app", "main")
        assert first is not None
        assert git.knows("app", first)
        server.failing = b""
        assert git.fetch("app", "main") == second
        assert only_mirror(cache).stat().st_ino == made


def test_a_branch_that_nobody_follows_any_more_is_let_go(
    opened: Opened, repository: Repository, cache: Path
) -> None:
    repository.push("origin", "old")
    opened(branches=frozenset({"main", "old", "staging"})).fetch("app", "old")
    git = opened(branches=frozenset({"main", "staging"}))
    git.fetch("app", "main")
    refs = ["git", f"--git-dir={only_mirror(cache)}", "for-each-ref", "--format=%(refname)"]
    kept = subprocess.run(refs, check=True, capture_output=True, text=True).stdout.split()
    assert kept == [kept_ref("main")]
    repository.push("origin", "staging")
    assert git.fetch("app", "staging") == repository.head


def unused_for_days(mirror: Path, days: float) -> None:
    then = time.time() - days * 86400
    os.utime(mirror.with_suffix(".lock"), (then, then))


def test_a_mirror_of_no_repository_in_the_settings_goes_after_a_week_without_use(
    opened: Opened, repository: Repository, cache: Path
) -> None:
    other = opened(url=f"file://{repository.remote}")
    other.fetch("app", "main")
    stranger = only_mirror(cache)
    (cache / f"{stranger.name}.abc.gone" / "mirror").mkdir(parents=True)
    git = opened()
    unused_for_days(stranger, 6.9)
    git.fetch("app", "main")
    assert stranger.exists(), "another process may have settings that name it"
    unused_for_days(stranger, 7.1)
    with shelf.turn(stranger, Deadline(5)):
        unused_for_days(stranger, 7.1)
        git.fetch("app", "main")
        assert stranger.exists(), "somebody is using it"
    unused_for_days(stranger, 7.1)
    git.fetch("app", "main")
    assert [each.name for each in cache.iterdir() if each.is_dir()] == [git._mirror("app").path.name]
    assert other.fetch("app", "main") == repository.head


# --- at the same time -----------------------------------------------------------------------------------


def fetch_often(url: str, cache: Path, commit: str) -> None:
    git = Repositories({"app": RepositorySource(url=url, allow_local=True)}, cache=cache)
    for branch in ("main", "staging", "main"):
        assert git.fetch("app", branch) == commit
        assert len(git.read("app", commit, [MIGRATIONS]).blobs) == 1


def test_eight_processes_may_fetch_at_once(repository: Repository, cache: Path) -> None:
    repository.push("origin", "staging")
    context = multiprocessing.get_context("spawn")
    arguments = (repository.remote_url, cache, repository.head)
    processes = [context.Process(target=fetch_often, args=arguments) for _ in range(8)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 8


def test_the_turn_is_not_waited_for_longer_than_allowed(
    opened: Opened, repository: Repository, cache: Path
) -> None:
    opened().fetch("app", "main")
    lock = next(cache.glob("*.lock"))
    program = (
        "import fcntl, sys; lock = open(sys.argv[1]); fcntl.flock(lock, fcntl.LOCK_EX);"
        "print('held', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(Unavailable):
            opened(fetch_seconds=0.3).fetch("app", "main")
        other.communicate(b"\n")
    assert opened().fetch("app", "main") == repository.head


# --- no room --------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for 2 MiB."""
    place = tmp_path / "small"
    place.mkdir()
    if (
        os.geteuid()
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], check=False).returncode
    ):
        pytest.skip("a small file system can only be mounted by root")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_full_disk_is_named_and_nothing_half_written_stays(
    repository: Repository, small_disk: Path
) -> None:
    repository.write("noise.bin", os.urandom(4 * 1024 * 1024))
    repository.commit("Large")
    repository.push("origin", "main")
    source = RepositorySource(url=repository.remote_url, allow_local=True)
    git = Repositories({"app": source}, cache=small_disk)
    with pytest.raises(Unavailable) as raised:
        git.fetch("app", "main")
    assert raised.value.code == "mirror-full"
    assert str(small_disk) in raised.value.message
    assert str(small_disk) in raised.value.remedy
    assert list(small_disk.rglob("tmp_*")) == []
    assert shutil.disk_usage(small_disk).free > 1024 * 1024


def test_a_disk_that_is_nearly_full_is_named_when_a_fetch_fails(
    opened: Opened, repository: Repository, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=3 * 1024 * 1024))
    with serving(repository.remote.parent) as server:
        server.failing = b"command=fetch"
        with pytest.raises(Unavailable) as raised:
            opened(url=f"{server.url}/remote.git").fetch("app", "main")
    assert raised.value.code == "mirror-full"
    assert "3 MiB are free" in raised.value.message
    assert str(cache) in raised.value.remedy
