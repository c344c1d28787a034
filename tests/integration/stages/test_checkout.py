import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.adapters.git import Repositories, RepositorySource
from orchestrator.domain.deployment import Cause, Deployment, DeploymentId, Done, Outcome, Stage, Status
from orchestrator.domain.errors import Unavailable
from orchestrator.domain.finding import Severity
from orchestrator.domain.migration import SqlFile, checksum
from orchestrator.domain.plan import Tree
from orchestrator.domain.target import TargetPolicy
from orchestrator.stages import checkout
from orchestrator.stages.checkout import HeadMoved, NotYet
from tests.support.repository import Repository

CREATED = datetime(2026, 1, 1, tzinfo=UTC)
UP, DOWN = "create table customers ();\n", "drop table customers;\n"
UNKNOWN = "0" * 39 + "1"


class Shelf:
    """Keeps contents in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def keep(self, contents: Sequence[bytes]) -> None:
        self.kept |= {checksum(content): content for content in contents}

    def content(self, sha256s: Sequence[str]) -> dict[str, bytes]:
        return {sha256: self.kept[sha256] for sha256 in sha256s}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository.create(tmp_path / "author")
    repository.write("supabase/migrations/1_customers.sql", UP)
    repository.write("supabase/rollbacks/1_customers.down.sql", DOWN)
    repository.commit("Customers")
    repository.push("origin", "staging")
    return repository


@pytest.fixture
def git(repository: Repository, tmp_path: Path) -> Repositories:
    source = RepositorySource(url=repository.remote_url, allow_local=True)
    return Repositories({"app": source}, cache=tmp_path / "cache")


def checked_out(
    git: Repositories,
    commit: str,
    *,
    shelf: Shelf | None = None,
    directory: str = "supabase",
    age_seconds: float = 0,
    confirm_head: bool = True,
    rules: Mapping[str, Severity | None] | None = None,
) -> Done[Tree] | HeadMoved | NotYet:
    deployment = Deployment(
        id=DeploymentId(1),
        target="staging",
        repository="app",
        branch="staging",
        commit=commit,
        cause=Cause.PUSH,
        actor="ada",
        status=Status.RUNNING,
        waiting_for=None,
        stage=Stage.CHECKOUT,
        attempts=1,
        created=CREATED,
        stage_entered=CREATED,
    )
    policy = TargetPolicy(
        name="staging", repository="app", branch="staging", directory=directory, severities=rules or {}
    )
    now = CREATED + timedelta(seconds=age_seconds)
    return checkout.run(
        deployment, policy, git=git, kept=shelf or Shelf(), now=now, confirm_head=confirm_head
    )


def done(result: Done[Tree] | HeadMoved | NotYet) -> Done[Tree]:
    assert isinstance(result, Done)
    return result


def tree_of(result: Done[Tree] | HeadMoved | NotYet) -> Tree:
    tree = done(result).gave
    assert tree is not None
    return tree


def test_a_mirror_that_is_made_anew_meanwhile_refuses_nothing(
    git: Repositories, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = git.fetch

    def fetch_and_lose(name: str, branch: str) -> str | None:
        head = fetch(name, branch)
        shutil.rmtree(next((tmp_path / "cache").glob("*.git")))
        return head

    monkeypatch.setattr(git, "fetch", fetch_and_lose)
    assert isinstance(checked_out(git, repository.head), NotYet)
    monkeypatch.undo()
    assert done(checked_out(git, repository.head)).outcome is Outcome.PASSED


def test_the_commits_sql_is_kept_and_given_by_sha256(git: Repositories, repository: Repository) -> None:
    shelf = Shelf()
    result = done(checked_out(git, repository.head, shelf=shelf))
    assert result.outcome is Outcome.PASSED
    assert result.findings == ()
    up, down = checksum(UP.encode()), checksum(DOWN.encode())
    assert result.gave == Tree(
        commit=repository.head,
        author="Ada Author",
        subject="Customers",
        migrations=(SqlFile(path="supabase/migrations/1_customers.sql", sha256=up),),
        rollbacks=(SqlFile(path="supabase/rollbacks/1_customers.down.sql", sha256=down),),
    )
    assert shelf.kept == {up: UP.encode(), down: DOWN.encode()}


@pytest.mark.parametrize("folder", ["rollbacks", "rollback", "migrations/rollback", "migrations/rollbacks"])
def test_rollbacks_are_found_in_each_of_their_folders(
    git: Repositories, repository: Repository, folder: str
) -> None:
    repository.write(f"supabase/{folder}/2_orders.sql", "drop table orders;")
    commit = repository.commit("Orders")
    repository.push("origin", "staging")
    tree = tree_of(checked_out(git, commit))
    assert f"supabase/{folder}/2_orders.sql" in [file.path for file in tree.rollbacks]
    assert [file.path for file in tree.migrations] == ["supabase/migrations/1_customers.sql"]


def test_what_tests_are_made_of_is_found_below_their_folder(
    git: Repositories, repository: Repository
) -> None:
    for path in ("rls.yaml", "database/1_notes.test.sql", "database/deep/helper.sql", "plain.pg", "3_x.sql"):
        repository.write(f"supabase/tests/{path}", f"-- {path}")
    for path in ("tests/README.md", "tests/database/rls.yaml", "tests/other.yaml", "elsewhere/x.sql"):
        repository.write(f"supabase/{path}", "-- not read")
    commit = repository.commit("Tests")
    repository.push("origin", "staging")
    shelf = Shelf()

    tree = tree_of(checked_out(git, commit, shelf=shelf))

    assert [file.path.removeprefix("supabase/tests/") for file in tree.tests] == [
        "3_x.sql",
        "database/1_notes.test.sql",
        "database/deep/helper.sql",
        "plain.pg",
        "rls.yaml",
    ]
    assert {file.sha256 for file in tree.tests} < {*shelf.kept}
    assert [file.path for file in tree.rollbacks] == ["supabase/rollbacks/1_customers.down.sql"]


def test_a_file_of_tests_that_cannot_be_read_only_warns(git: Repositories, repository: Repository) -> None:
    repository.write("supabase/tests/good.sql", "select 1;")
    repository.write("supabase/tests/large.sql", "version https://git-lfs.github.com/spec/v1\noid sha256:1\n")
    (repository.work / "supabase" / "tests" / "link.sql").symlink_to("good.sql")
    commit = repository.commit("A link")
    repository.push("origin", "staging")

    result = done(checked_out(git, commit))

    assert result.outcome is Outcome.PASSED
    assert [(each.rule, each.severity, each.file) for each in result.findings] == [
        ("file-symlink", Severity.WARNING, "supabase/tests/link.sql"),
        ("file-lfs-pointer", Severity.WARNING, "supabase/tests/large.sql"),
    ]
    assert [file.path for file in tree_of(result).tests] == ["supabase/tests/good.sql"]


@pytest.mark.parametrize("directory", ["apps/db", "./apps/db/", "apps//db"])
def test_the_directory_of_a_monorepo_is_used(
    git: Repositories, repository: Repository, directory: str
) -> None:
    repository.write("apps/db/migrations/9_only.sql", "select 9;")
    commit = repository.commit("Monorepo")
    repository.push("origin", "staging")
    tree = tree_of(checked_out(git, commit, directory=directory))
    assert [file.path for file in tree.migrations] == ["apps/db/migrations/9_only.sql"]
    assert tree.rollbacks == ()


def test_the_directory_may_be_the_root(git: Repositories, repository: Repository) -> None:
    repository.write("migrations/9_only.sql", "select 9;")
    commit = repository.commit("Root")
    repository.push("origin", "staging")
    tree = tree_of(checked_out(git, commit, directory="."))
    assert [file.path for file in tree.migrations] == ["migrations/9_only.sql"]


def test_a_folder_without_migrations_is_warned_about(git: Repositories, repository: Repository) -> None:
    result = done(checked_out(git, repository.head, directory="supabsae"))
    assert result.outcome is Outcome.PASSED
    (finding,) = result.findings
    assert (finding.rule, finding.severity) == ("migrations-none", Severity.WARNING)


def test_a_target_may_refuse_a_folder_without_migrations_or_be_silent(
    git: Repositories, repository: Repository
) -> None:
    for severity, outcome in ((Severity.ERROR, Outcome.REFUSED), (None, Outcome.PASSED)):
        rules = {"migrations-none": severity}
        result = done(checked_out(git, repository.head, directory="supabsae", rules=rules))
        assert result.outcome is outcome
        assert [finding.severity for finding in result.findings] == [severity] * (severity is not None)


def test_a_file_that_cannot_be_read_refuses(git: Repositories, repository: Repository) -> None:
    (repository.work / "supabase/migrations/2_link.sql").symlink_to("1_customers.sql")
    commit = repository.commit("Link")
    repository.push("origin", "staging")
    result = done(checked_out(git, commit))
    assert result.outcome is Outcome.REFUSED
    assert [finding.rule for finding in result.findings] == ["file-symlink"]


def test_a_later_push_supersedes(git: Repositories, repository: Repository) -> None:
    asked_for = repository.head
    newest = repository.commit("Newest")
    repository.push("origin", "staging")
    assert checked_out(git, asked_for) == HeadMoved(head=newest)


def test_a_forced_push_supersedes(git: Repositories, repository: Repository) -> None:
    asked_for = repository.head
    git.fetch("app", "staging")
    repository.git("commit", "--quiet", "--amend", "--message", "Forced")
    repository.push("origin", "staging", force=True)
    assert checked_out(git, asked_for) == HeadMoved(head=repository.head)


def test_a_commit_that_git_does_not_know_yet_is_looked_for_again(
    git: Repositories,
) -> None:
    result = checked_out(git, UNKNOWN, age_seconds=59)
    assert isinstance(result, NotYet)
    assert 0 < result.seconds <= 10
    assert UNKNOWN in result.why


def test_after_a_minute_the_head_is_taken_instead(git: Repositories, repository: Repository) -> None:
    assert checked_out(git, UNKNOWN, age_seconds=60) == HeadMoved(head=repository.head)


def test_a_commit_that_arrives_late_is_deployed(git: Repositories, repository: Repository) -> None:
    late = repository.commit("Late")
    assert isinstance(checked_out(git, late), NotYet)
    repository.push("origin", "staging")
    assert done(checked_out(git, late, age_seconds=3)).outcome is Outcome.PASSED


def test_a_branch_that_is_gone_refuses(git: Repositories, repository: Repository) -> None:
    git.fetch("app", "staging")
    repository.git("push", "--quiet", "origin", ":refs/heads/staging")
    result = done(checked_out(git, repository.head))
    assert result.outcome is Outcome.REFUSED
    assert [finding.rule for finding in result.findings] == ["branch-gone"]
    assert result.gave is None


def test_a_branch_that_is_gone_refuses_an_unknown_commit_at_once(
    git: Repositories, repository: Repository
) -> None:
    repository.git("push", "--quiet", "origin", ":refs/heads/staging")
    assert [f.rule for f in done(checked_out(git, UNKNOWN)).findings] == ["branch-gone"]


def test_an_operator_may_ask_for_a_commit_that_is_not_the_head(
    git: Repositories, repository: Repository
) -> None:
    older = repository.head
    repository.commit("Newest")
    repository.push("origin", "staging")
    result = done(checked_out(git, older, confirm_head=False))
    assert result.outcome is Outcome.PASSED
    assert result.gave is not None
    assert result.gave.commit == older


def test_a_commit_that_an_operator_asks_for_in_vain_is_refused_at_once(
    git: Repositories,
) -> None:
    result = done(checked_out(git, UNKNOWN, confirm_head=False))
    assert result.outcome is Outcome.REFUSED
    assert [finding.rule for finding in result.findings] == ["commit-vanished"]


def test_a_repository_that_is_away_is_unavailable(git: Repositories, repository: Repository) -> None:
    repository.remote.rename(repository.remote.with_suffix(".away"))
    with pytest.raises(Unavailable):
        checked_out(git, repository.head)
