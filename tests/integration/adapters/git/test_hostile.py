"""Repositories and servers that mean harm: what they may cost is bounded, and the error is one and clear."""

import contextlib
import hashlib
import os
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.git import Repositories
from orchestrator.adapters.git.names import checked_branch, checked_commit
from orchestrator.domain.errors import ConfigurationError, Unavailable
from tests.integration.adapters.git.conftest import MIGRATIONS, Opened
from tests.integration.adapters.git.test_silence import eventually
from tests.support.git_server import serving
from tests.support.processes import git_processes_about
from tests.support.repository import Repository

MEBIBYTE = 1024 * 1024


def push_tree(repository: Repository, root: str) -> str:
    """Push a commit of this tree, which no checkout has to hold."""
    commit = repository.git("commit-tree", root, "-m", "Made", "-p", "HEAD").decode().strip()
    repository.git("push", "--quiet", "origin", f"{commit}:refs/heads/main")
    return commit


def tree_of(repository: Repository, entries: list[tuple[str, str, str]]) -> str:
    lines = "".join(f"{mode} {kind}\t{name}\n" for mode, kind, name in entries)
    return repository.git("mktree", given=lines.encode()).decode().strip()


def nested(repository: Repository, *, width: int, levels: int) -> str:
    """Make `width` to the power of `levels` files out of one tree object for each level."""
    blob = repository.git("hash-object", "-w", "--stdin", given=b"select 1;\n").decode().strip()
    inner = tree_of(repository, [("100644", f"blob {blob}", f"{i}.sql") for i in range(width)])
    for _ in range(levels - 1):
        inner = tree_of(repository, [("040000", f"tree {inner}", f"d{i}") for i in range(width)])
    return inner


def with_bomb(repository: Repository, folder: str, bomb: str) -> str:
    """Put a tree at supabase/<folder>, beside the migrations that are there."""
    migrations = repository.git("rev-parse", f"HEAD:{MIGRATIONS}").decode().strip()
    entries = {"migrations": migrations} | {folder: bomb}
    inner = tree_of(repository, [("040000", f"tree {id_}", name) for name, id_ in entries.items()])
    return push_tree(repository, tree_of(repository, [("040000", f"tree {inner}", "supabase")]))


@pytest.mark.parametrize(("width", "levels"), [(100, 3), (10, 10)], ids=["a million files", "ten billion"])
def test_a_tree_bomb_among_the_tests_warns_and_leaves_the_migrations_alone(
    git: Repositories, repository: Repository, cache: Path, width: int, levels: int
) -> None:
    commit = with_bomb(repository, "tests", nested(repository, width=width, levels=levels))
    git.fetch("app", "main")
    listing = git.read("app", commit, [MIGRATIONS], tests="supabase/tests")
    assert [blob.path for blob in listing.blobs] == [f"{MIGRATIONS}/1_customers.sql"]
    assert [finding.rule for finding in listing.findings] == ["commit-too-many-files"]
    assert list(cache.glob("*.git")), "a bomb is no damage, so the mirror stays"


def test_a_bomb_below_the_migrations_is_not_walked_into(git: Repositories, repository: Repository) -> None:
    commit = with_bomb(repository, "migrations", nested(repository, width=10, levels=10))
    git.fetch("app", "main")
    listing = git.read("app", commit, [MIGRATIONS])
    assert (listing.blobs, listing.findings) == ((), ())


def write_zeros(repository: Repository, size: int) -> str:
    """Write a blob of zeros into the author's repository, a chunk at a time, and return its id."""
    header = b"blob %d\0" % size
    digest, packer, chunk = hashlib.sha1(header), zlib.compressobj(1), bytes(MEBIBYTE)
    packed = [packer.compress(header)]
    for _ in range(size // MEBIBYTE):
        digest.update(chunk)
        packed.append(packer.compress(chunk))
    path = repository.work / ".git/objects" / digest.hexdigest()[:2] / digest.hexdigest()[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"".join([*packed, packer.flush()]))
    return digest.hexdigest()


_MEASURED = """
import re, resource, sys
from pathlib import Path
from orchestrator.adapters.git import Repositories, RepositorySource
git = Repositories({"app": RepositorySource(url=sys.argv[1], allow_local=True)}, cache=Path(sys.argv[2]))
listing = git.read("app", git.fetch("app", "main"), [sys.argv[3]])
# its own not by getrusage: that counts what whoever started it held
own = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(max(own, children), *(finding.rule for finding in listing.findings))
"""


def test_a_huge_blob_is_a_finding_and_never_lies_in_memory(repository: Repository, cache: Path) -> None:
    for folder in (repository.work, repository.remote):
        subprocess.run(["git", "config", "core.bigFileThreshold", "1m"], cwd=folder, check=True)
    blob = write_zeros(repository, 512 * MEBIBYTE)
    migrations = tree_of(repository, [("100644", f"blob {blob}", "2_huge.sql")])
    with_bomb(repository, "migrations", migrations)
    with serving(repository.remote.parent) as server:
        url = f"{server.url}/remote.git"
        ended = subprocess.run(
            [sys.executable, "-c", _MEASURED, url, str(cache), MIGRATIONS],
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
    kibibytes, *rules = ended.stdout.split()
    assert rules == ["file-too-large"]
    assert int(kibibytes) < 256 * 1024


def test_a_repository_without_room_in_its_mirror_is_refused_and_leaves_nothing(
    opened: Opened, repository: Repository, cache: Path
) -> None:
    repository.write("noise", os.urandom(2 * MEBIBYTE))
    repository.commit("Noise")
    repository.push("origin", "main")
    with pytest.raises(Unavailable) as raised:
        opened(mirror_bytes=MEBIBYTE).fetch("app", "main")
    assert raised.value.code == "mirror-too-large"
    assert "its branch main alone needs more than the 1 MiB" in raised.value.message
    assert raised.value.nouns["setting"] == "repositories.app.largest_mirror"
    assert "repositories.app.largest_mirror" in raised.value.remedy
    assert sum(file.stat().st_size for file in cache.rglob("*") if file.is_file()) < MEBIBYTE // 10
    assert opened().fetch("app", "main") == repository.head


def test_many_small_objects_whose_index_alone_has_no_room_are_refused_too(
    opened: Opened, repository: Repository, cache: Path
) -> None:
    lines = [f"blob\ndata {len(text)}\n{text}\n" for text in map(str, range(20_000))]
    subprocess.run(
        ["git", "fast-import", "--quiet"], input="".join(lines), text=True, cwd=repository.work, check=True
    )
    everything = subprocess.run(
        ["git", "cat-file", "--batch-all-objects", "--batch-check"],
        cwd=repository.work, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    blobs = [line.split()[0] for line in everything.splitlines() if " blob " in line]
    with_bomb(repository, "noise", tree_of(repository, [("100644", f"blob {blob}", blob) for blob in blobs]))
    with pytest.raises(Unavailable) as raised:
        opened(mirror_bytes=MEBIBYTE).fetch("app", "main")
    assert raised.value.code == "mirror-too-large"
    assert sum(file.stat().st_size for file in cache.rglob("*") if file.is_file()) < MEBIBYTE // 10


def test_a_mirror_that_old_histories_filled_is_made_anew_with_the_branch_alone(
    opened: Opened, repository: Repository, cache: Path
) -> None:
    git = opened(mirror_bytes=2 * MEBIBYTE)
    for _ in range(4):
        repository.write("noise", os.urandom(MEBIBYTE))
        repository.git("add", "--all")
        repository.git("commit", "--quiet", "--amend", "--message", "Forced")
        repository.push("origin", "main", force=True)
        assert git.fetch("app", "main") == repository.head
        assert sum(file.stat().st_size for file in cache.rglob("*") if file.is_file()) < 2 * MEBIBYTE
    assert len(git.read("app", repository.head, [MIGRATIONS]).blobs) == 1


def test_a_force_push_in_the_middle_of_a_fetch_is_told_as_the_new_head(
    git: Repositories, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = git.head

    def push_behind_the_answer(name: str, branch: str) -> str | None:
        answer = ask(name, branch)
        repository.git("commit", "--quiet", "--amend", "--allow-empty", "--message", "Forced")
        repository.push("origin", "main", force=True)
        return answer

    monkeypatch.setattr(git, "head", push_behind_the_answer)
    before = repository.head
    assert git.fetch("app", "main") == repository.head != before


HEADERS = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n"


def garbage(connection: socket.socket, _: threading.Event) -> None:
    connection.sendall(os.urandom(4096))


def garbage_in_good_headers(connection: socket.socket, _: threading.Event) -> None:
    connection.sendall(HEADERS + b"Content-Length: 4096\r\n\r\n" + os.urandom(4096))


def headers_alone(connection: socket.socket, stop: threading.Event) -> None:
    connection.sendall(HEADERS + b"Content-Length: 4096\r\n\r\n")
    stop.wait(30)


def drop_by_drop(connection: socket.socket, stop: threading.Event) -> None:
    connection.sendall(HEADERS + b"Content-Length: 4096\r\n\r\n")
    while not stop.wait(0.2):
        connection.sendall(b"0")


@contextlib.contextmanager
def server_that(answers: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    stop = threading.Event()

    def one(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.recv(65536)
            answers(connection, stop)

    def serve(server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while not stop.is_set():
                threading.Thread(target=one, args=(server.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/odd.git"
        stop.set()


@pytest.mark.parametrize("answers", [garbage, garbage_in_good_headers, headers_alone, drop_by_drop])
def test_a_server_that_answers_badly_is_unavailable_in_time(
    opened: Opened, answers: Callable[[socket.socket, threading.Event], None]
) -> None:
    began = time.monotonic()
    with server_that(answers) as url:
        with pytest.raises(Unavailable) as raised:
            opened(url=url, ask_seconds=1.5).fetch("app", "main")
        # they are killed at once; that the kernel has taken them away is another moment
        assert eventually(lambda: not git_processes_about(url))
    assert raised.value.code == "repository-unavailable"
    assert time.monotonic() - began < 10


#: what git or a shell might take for something else, woven into any text
_TRICKS = st.sampled_from(
    ["-", "--upload-pack=x", "..", "@{", ":", "+", "/", ".lock", "\n", "\0", " ", "ext::"]
)
_NAMES = st.lists(_TRICKS | st.text(max_size=5), max_size=6).map("".join)


@given(_NAMES)
def test_no_name_of_a_branch_that_is_let_through_is_an_option_or_two_refs(name: str) -> None:
    with contextlib.suppress(ConfigurationError):
        ref = checked_branch(name)
        assert not ref.startswith("-")
        checked = subprocess.run(
            ["git", "check-ref-format", f"refs/heads/{ref}"], check=False, capture_output=True
        )
        assert checked.returncode == 0, ref


@given(_NAMES | st.text("0123456789abcdefABCDEF\n-", min_size=38, max_size=66))
def test_no_commit_that_is_let_through_is_anything_but_digits(name: str) -> None:
    with contextlib.suppress(ConfigurationError):
        commit = checked_commit(name)
        assert len(commit) in {40, 64}
        assert set(commit) <= set("0123456789abcdef")
