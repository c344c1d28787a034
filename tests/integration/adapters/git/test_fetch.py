import shutil
from pathlib import Path

import pytest

from orchestrator.adapters.git import Repositories
from orchestrator.domain.errors import ConfigurationError, MigrationRefused, Unavailable
from tests.integration.adapters.git.conftest import MIGRATIONS, Opened
from tests.support.git_server import serving
from tests.support.repository import Repository


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


def test_what_came_before_a_head_is_told_from_what_the_branch_was_forced_away_from(
    git: Repositories, repository: Repository
) -> None:
    first = repository.head
    second = repository.commit("Second")
    repository.push("origin", "main")
    git.fetch("app", "main")
    repository.git("reset", "--quiet", "--hard", first)
    forced = repository.commit("Forced")
    repository.push("origin", "main", force=True)
    assert not git.comes_before("app", first, forced), "who was not fetched came before nobody"
    assert git.fetch("app", "main") == forced
    assert git.comes_before("app", first, forced)
    assert git.comes_before("app", forced, forced)
    assert not git.comes_before("app", second, forced)
    assert not git.comes_before("app", "d" * 40, forced)


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


def test_careless_objects_of_an_old_history_do_not_bar_a_repository(
    git: Repositories, repository: Repository
) -> None:
    tree = repository.git("rev-parse", "HEAD^{tree}").decode().strip()
    careless = f"tree {tree}\nauthor Ada ada@example.com> 0 +051800\ncommitter A <a> 0 +0000\n\nCareless\n"
    id_ = repository.git(
        "hash-object", "-t", "commit", "-w", "--stdin", "--literally", given=careless.encode()
    )
    repository.git("push", "--quiet", "--force", "origin", f"{id_.decode().strip()}:refs/heads/main")
    head = git.fetch("app", "main")
    assert head == id_.decode().strip()
    assert git.read("app", head, [MIGRATIONS]).subject == "Careless"
