import multiprocessing
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.adapters.git import Repositories, RepositorySource
from orchestrator.adapters.git.names import kept_ref
from orchestrator.domain.errors import ConfigurationError, MigrationRefused, Unavailable
from tests.integration.adapters.git.conftest import MIGRATIONS, Opened
from tests.support.git_server import serving
from tests.support.repository import Repository


def only_mirror(cache: Path) -> Path:
    (mirror,) = cache.glob("*.git")
    return mirror


def test_fetching_returns_the_branch_head(git: Repositories, repository: Repository) -> None:
    assert git.fetch("app", "main") == repository.head
    assert git.knows("app", repository.head)


def test_a_second_fetch_brings_what_was_pushed_since(git: Repositories, repository: Repository) -> None:
    git.fetch("app", "main")
    second = repository.commit("Second")
    assert not git.knows("app", second)
    repository.push("origin", "main")
    assert git.fetch("app", "main") == second
    assert git.knows("app", second)


def test_asking_for_the_head_fetches_nothing(git: Repositories, repository: Repository, cache: Path) -> None:
    assert git.head("app", "main") == repository.head
    assert git.head("app", "other") is None
    assert list(cache.glob("*.git")) == []
    assert not git.knows("app", repository.head)


def test_a_branch_that_only_ends_like_the_name_is_another_branch(
    git: Repositories, repository: Repository
) -> None:
    repository.push("origin", "refs/heads/staging")
    assert git.head("app", "staging") is None
    assert git.fetch("app", "staging") is None


def test_a_tag_of_the_same_name_is_not_the_branch(git: Repositories, repository: Repository) -> None:
    main = repository.head
    repository.commit("Tagged")
    repository.git("tag", "main")
    repository.git("push", "--quiet", "origin", "refs/tags/main")
    assert git.fetch("app", "main") == main


def test_a_forced_push_moves_the_head_and_the_old_commit_stays_known(
    git: Repositories, repository: Repository
) -> None:
    old = repository.head
    git.fetch("app", "main")
    repository.git("commit", "--quiet", "--amend", "--message", "Rewritten")
    repository.push("origin", "main", force=True)
    assert git.fetch("app", "main") == repository.head != old
    assert git.knows("app", old)
    assert git.read("app", old, [MIGRATIONS]).subject == "Customers"


def test_a_branch_forced_there_and_back_is_followed(git: Repositories, repository: Repository) -> None:
    first = repository.head
    second = repository.commit("Second")
    for wanted in (first, second, first):
        repository.git("reset", "--quiet", "--hard", wanted)
        repository.push("origin", "main", force=True)
        assert git.fetch("app", "main") == wanted


def test_a_deleted_branch_has_no_head(git: Repositories, repository: Repository) -> None:
    repository.push("origin", "staging")
    git.fetch("app", "staging")
    repository.git("push", "--quiet", "origin", ":refs/heads/staging")
    assert git.fetch("app", "staging") is None
    assert git.fetch("app", "main") == repository.head


def test_a_branch_may_give_way_to_a_folder_of_branches(git: Repositories, repository: Repository) -> None:
    repository.push("origin", "fix")
    git.fetch("app", "fix")
    repository.git("push", "--quiet", "origin", ":refs/heads/fix")
    deeper = repository.commit("Deeper")
    repository.push("origin", "fix/policies")
    assert git.fetch("app", "fix/policies") == deeper


@pytest.mark.parametrize(
    "branch", ["größer", "a.b", "feature/#7", "release-1.0", "x" * 200, "$(id)", "`id`", "a;b"]
)
def test_a_branch_may_have_any_name_that_git_allows(
    git: Repositories, repository: Repository, branch: str
) -> None:
    repository.push("origin", branch)
    assert git.fetch("app", branch) == repository.head


def test_an_empty_repository_has_no_branch(opened: Opened, tmp_path: Path) -> None:
    empty = Repository.create(tmp_path / "empty")
    assert opened(url=empty.remote_url).fetch("app", "main") is None


def test_a_repository_with_sha256_ids_works_like_any_other(opened: Opened, tmp_path: Path) -> None:
    repository = Repository.create(tmp_path / "modern", object_format="sha256")
    repository.write(f"{MIGRATIONS}/1_a.sql", "select 1;")
    commit = repository.commit("Modern")
    repository.push("origin", "main")
    git = opened(url=repository.remote_url)
    assert git.fetch("app", "main") == commit
    assert len(commit) == 64
    (blob,) = git.read("app", commit, [MIGRATIONS]).blobs
    assert blob.content == b"select 1;"
    assert not git.knows("app", commit[:40])


def test_a_repository_that_was_made_anew_with_another_kind_of_id_is_cloned_again(
    git: Repositories, repository: Repository, tmp_path: Path
) -> None:
    git.fetch("app", "main")
    modern = Repository.create(tmp_path / "modern", object_format="sha256")
    commit = modern.commit("Modern")
    modern.push("origin", "main")
    shutil.rmtree(repository.remote)
    modern.remote.rename(repository.remote)
    assert git.fetch("app", "main") == commit


def test_another_address_is_another_mirror(opened: Opened, repository: Repository, tmp_path: Path) -> None:
    opened().fetch("app", "main")
    other = Repository.create(tmp_path / "other")
    other.commit("Other")
    other.push("origin", "main")
    elsewhere = opened(url=other.remote_url)
    assert not elsewhere.knows("app", repository.head)
    assert elsewhere.fetch("app", "main") == other.head


def test_a_fetch_asks_the_remote_even_for_what_the_mirror_has(
    git: Repositories, repository: Repository
) -> None:
    git.fetch("app", "main")
    shutil.rmtree(repository.remote)
    with pytest.raises(Unavailable) as raised:
        git.fetch("app", "main")
    assert raised.value.code == "repository-unavailable"
    assert git.knows("app", repository.head)


def test_a_repository_that_is_not_there_names_host_and_settings(opened: Opened, tmp_path: Path) -> None:
    with serving(tmp_path) as server, pytest.raises(Unavailable) as raised:
        opened(url=f"{server.url}/nowhere.git", token="t").fetch("app", "main")
    assert raised.value.code == "repository-unavailable"
    assert raised.value.nouns["host"] == "127.0.0.1"
    assert "repositories.app.token" in raised.value.remedy


def test_a_name_that_is_not_in_the_settings_is_refused(git: Repositories) -> None:
    with pytest.raises(ConfigurationError, match="no repository 'other'") as raised:
        git.fetch("other", "main")
    assert raised.value.remedy == "use one of: app"


def test_reading_a_commit_that_the_mirror_lacks_is_refused(git: Repositories) -> None:
    git.fetch("app", "main")
    with pytest.raises(MigrationRefused) as raised:
        git.read("app", "0" * 39 + "1", [MIGRATIONS])
    assert raised.value.code == "commit-vanished"


def test_reading_without_any_mirror_is_refused_too(git: Repositories, repository: Repository) -> None:
    with pytest.raises(MigrationRefused):
        git.read("app", repository.head, [MIGRATIONS])


def test_a_tree_or_blob_is_not_taken_for_a_commit(git: Repositories, repository: Repository) -> None:
    git.fetch("app", "main")
    tree = repository.git("rev-parse", "HEAD^{tree}").decode().strip()
    assert not git.knows("app", tree)


# --- what others leave behind ---------------------------------------------------------------------------


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


def test_many_fetches_leave_few_packs(git: Repositories, repository: Repository, cache: Path) -> None:
    for number in range(60):
        repository.commit(str(number))
        repository.push("origin", "main")
        git.fetch("app", "main")
    assert len(list(only_mirror(cache).glob("objects/pack/*.pack"))) < 20
    assert len(git.read("app", repository.head, [MIGRATIONS]).blobs) == 1


def test_a_cache_that_cannot_be_made_is_the_operators(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    source = RepositorySource(url=repository.remote_url, allow_local=True)
    git = Repositories({"app": source}, cache=tmp_path / "file" / "cache")
    with pytest.raises(ConfigurationError) as raised:
        git.fetch("app", "main")
    assert raised.value.code == "mirror-folder"
    assert raised.value.nouns["path"] == str(tmp_path / "file" / "cache")


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
def small_disk(tmp_path: Path) -> Path:
    """A file system with room for 2 MiB; where we may not mount one, /dev/full cannot stand in for it."""
    place = tmp_path / "small"
    place.mkdir()
    if (
        os.geteuid()
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], check=False).returncode
    ):
        pytest.skip("mounting a small file system needs the right to mount")
    yield place  # type: ignore[misc]
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
