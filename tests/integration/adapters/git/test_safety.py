import base64
import os
import stat
import subprocess
import threading
from pathlib import Path

import pytest

from orchestrator.adapters.git import Repositories, RepositorySource
from orchestrator.domain.errors import BasculeError, ConfigurationError, Failure, Unavailable
from tests.integration.adapters.git.conftest import MIGRATIONS, Opened
from tests.support.git_server import serving
from tests.support.processes import git_processes_about
from tests.support.repository import Repository

TOKEN = "s3cret-token-of-the-operator"
BASIC = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()


# --- the token ------------------------------------------------------------------------------------------


def test_the_token_opens_the_repository(opened: Opened, repository: Repository) -> None:
    with serving(repository.remote.parent, credential=f"x-access-token:{TOKEN}") as server:
        git = opened(url=f"{server.url}/remote.git", token=TOKEN)
        assert git.fetch("app", "main") == repository.head
        assert len(git.read("app", repository.head, [MIGRATIONS]).blobs) == 1


@pytest.mark.parametrize("token", [None, "wrong"])
def test_without_the_right_token_the_remedy_names_the_setting(
    opened: Opened, repository: Repository, token: str | None
) -> None:
    with (
        serving(repository.remote.parent, credential=f"x-access-token:{TOKEN}") as server,
        pytest.raises(Unavailable) as raised,
    ):
        opened(url=f"{server.url}/remote.git", token=token).fetch("app", "main")
    assert raised.value.code == "repository-unavailable"
    assert "repositories.app.token" in raised.value.remedy


def test_the_token_is_not_sent_where_a_redirect_leads(opened: Opened, repository: Repository) -> None:
    with (
        serving(repository.remote.parent) as other,
        serving(Path(), redirect=other.url) as first,
        pytest.raises(Unavailable),
    ):
        opened(url=f"{first.url}/remote.git", token=TOKEN).fetch("app", "main")
    assert [authorization for _, authorization in first.seen] == [f"Basic {BASIC}"]
    assert other.seen == []


def test_the_token_stands_in_no_command_line_file_or_error(
    opened: Opened, repository: Repository, cache: Path
) -> None:
    lines: set[str] = set()
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            lines.update(git_processes_about("").values())

    watching = threading.Thread(target=watch)
    watching.start()
    with serving(repository.remote.parent, credential=f"x-access-token:{TOKEN}") as server:
        git = opened(url=f"{server.url}/remote.git", token=TOKEN)
        git.fetch("app", "main")
        git.read("app", repository.head, [MIGRATIONS])
        with pytest.raises(Unavailable) as raised:
            opened(url=f"{server.url}/{TOKEN}/{BASIC}.git", token=TOKEN).fetch("app", "main")
    stop.set()
    watching.join()
    # the address of the last attempt held it on purpose: what git says about it must not
    seen = "".join(line for line in lines if f"/{TOKEN}/" not in line)
    assert "ls-remote" in seen
    assert TOKEN not in seen
    assert BASIC not in seen
    for file in (path for path in cache.rglob("*") if path.is_file()):
        assert TOKEN.encode() not in file.read_bytes()
        assert BASIC.encode() not in file.read_bytes()
    assert "***" in str(raised.value.nouns["git_said"])
    shown = f"{raised.value} {Failure.of(raised.value)} {raised.value.__cause__} {git!r}"
    assert TOKEN not in shown
    assert BASIC not in shown


def test_a_source_does_not_show_its_token() -> None:
    assert TOKEN not in repr(RepositorySource(url="https://example.com/a.git", token=TOKEN))


def test_the_cache_is_for_its_owner_alone(git: Repositories, cache: Path) -> None:
    git.fetch("app", "main")
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    for mirror in cache.glob("*.git"):
        assert stat.S_IMODE(mirror.stat().st_mode) == 0o700


# --- what a repository or a name might make git do -------------------------------------------------------


def everything_that_runs(repository: Repository, marker: Path) -> None:
    """Put every kind of program where git might run one: in the remote and beside our mirror."""
    program = f"#!/bin/sh\ntouch {marker}\n"
    for name in ("post-checkout", "post-merge", "pre-auto-gc", "reference-transaction", "post-index-change"):
        hook = repository.remote / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(program)
        hook.chmod(0o755)
    script = marker.with_suffix(".sh")
    script.write_text(program)
    script.chmod(0o755)
    for key in (
        "core.fsmonitor", "core.sshCommand", "filter.evil.smudge", "diff.external", "alias.fetch",
        "alias.ls-tree", "core.pager", "credential.helper", "uploadpack.packObjectsHook",
    ):  # fmt: skip
        subprocess.run(["git", "config", key, f"!{script}"], cwd=repository.remote, check=True)
    repository.write(".gitattributes", "*.sql filter=evil diff=evil merge=evil\n")
    repository.write(
        ".gitmodules", f'[submodule "m"]\n\tpath = m\n\turl = ext::{script}\n\tupdate = !{script}\n'
    )
    repository.write(".gitconfig", f"[core]\n\tfsmonitor = {script}\n")
    repository.write(".lfsconfig", f'[lfs]\n\turl = "ext::{script}"\n')


def test_nothing_in_a_repository_is_run(git: Repositories, repository: Repository, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    everything_that_runs(repository, marker)
    repository.git("add", "--all")
    repository.git("-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--message", "Programs")
    repository.push("origin", "main")
    marker.unlink(missing_ok=True)  # what the push itself ran is the author's affair
    git.fetch("app", "main")
    assert len(git.read("app", repository.head, [MIGRATIONS]).blobs) == 1
    assert not marker.exists()


def test_the_operators_git_settings_and_hooks_are_not_used(
    opened: Opened, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = tmp_path / "ran"
    home = tmp_path / "home"
    template = home / "template" / "hooks"
    template.mkdir(parents=True)
    hook = template / "reference-transaction"
    hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
    hook.chmod(0o755)
    (home / ".gitconfig").write_text(
        f"[init]\n\ttemplateDir = {template.parent}\n[core]\n\thooksPath = {template}\n"
        f'[url "/nowhere"]\n\tinsteadOf = {repository.remote_url}\n[fetch]\n\tunpackLimit = 10000\n'
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(template.parent))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    git = opened()
    assert git.fetch("app", "main") == repository.head
    assert len(git.read("app", repository.head, [MIGRATIONS]).blobs) == 1
    assert not marker.exists()
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    "branch",
    [
        "", "--upload-pack=touch ran", "-x", "a b", "a..b", "a:b", "+a", "refs/../x", "a\nb", "a\0b", "*",
        "a?", "a^", "a~1", "@{u}", "@", "a.lock", "a//b", "/a", "a/", ".a", "a/.b", "a\\b", "\udcff",
        "x" * 1000,
    ],
)  # fmt: skip
def test_a_branch_that_could_be_something_else_never_reaches_git(git: Repositories, branch: str) -> None:
    if branch == "+a":  # lawful, and no more than a name: it stands behind refs/heads/
        assert git.fetch("app", branch) is None
        return
    for ask in (git.fetch, git.head):
        with pytest.raises(ConfigurationError) as raised:
            ask("app", branch)
        assert raised.value.code == "branch-name"


@pytest.mark.parametrize(
    "commit", ["", "HEAD", "--output=x", "main", "a" * 39, "A" * 40, "a" * 41, "a" * 40 + "\n", "g" * 40]
)
def test_only_a_whole_id_names_a_commit(git: Repositories, commit: str) -> None:
    git.fetch("app", "main")
    for ask in (git.knows, lambda name, id_: git.read(name, id_, [MIGRATIONS])):
        with pytest.raises(ConfigurationError) as raised:
            ask("app", commit)
        assert raised.value.code == "commit-name"


@pytest.mark.parametrize("folder", ["", "/etc", "../up", "a/../b", ".", "a\nb"])
def test_a_folder_lies_inside_the_repository(git: Repositories, repository: Repository, folder: str) -> None:
    git.fetch("app", "main")
    with pytest.raises(ConfigurationError) as raised:
        git.read("app", repository.head, [folder])
    assert raised.value.code == "folder-name"


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "-x", "a b", "x" * 101])
def test_a_repositorys_name_cannot_lead_out_of_the_cache(name: str, cache: Path) -> None:
    source = RepositorySource(url="https://example.com/a.git")
    with pytest.raises(BasculeError) as raised:
        Repositories({name: source}, cache=cache)
    assert raised.value.code == "repository-name"


def test_a_replaced_commit_is_read_as_it_was(git: Repositories, repository: Repository, cache: Path) -> None:
    first = repository.head
    repository.write(f"{MIGRATIONS}/1_customers.sql", "drop database;")
    evil = repository.commit("Evil")
    repository.push("origin", "main")
    git.fetch("app", "main")
    (mirror,) = cache.glob("*.git")
    subprocess.run(["git", f"--git-dir={mirror}", "replace", first, evil], check=True, env=os.environ)
    (blob,) = git.read("app", first, [MIGRATIONS]).blobs
    assert blob.content == b"create table customers ();\n"
