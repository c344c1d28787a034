from unittest.mock import create_autospec

import pytest

from orchestrator.actions.preview import Memory, tree_of
from orchestrator.domain.errors import MigrationRefused
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Git

POLICY = TargetPolicy(name="staging", repository="app", branch="main")


def test_whoever_looks_at_a_commit_of_another_branch_is_not_told_to_push_it() -> None:
    git = create_autospec(Git, instance=True)
    git.fetch.return_value, git.knows.return_value = "a" * 40, False
    with pytest.raises(MigrationRefused) as refused:
        tree_of(POLICY, "b" * 40, git, Memory())
    assert refused.value.code == "commit-vanished"
    assert "push" not in refused.value.remedy
    assert "only commits of main" in refused.value.remedy
    assert "bascule validate --target staging" in refused.value.remedy
