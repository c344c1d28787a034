"""What a person may ask of the service: deploy, try again, open a target that is closed."""

import re
from collections.abc import Mapping

from orchestrator.domain.deployment import Cause, Deployment, DeploymentId
from orchestrator.domain.errors import ConfigurationError, MigrationRefused
from orchestrator.domain.push import Request
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Care, Git, Reading

#: SHA-1 or SHA-256; a short id may come to mean another commit tomorrow
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def policy_of(target: str, policies: Mapping[str, TargetPolicy]) -> TargetPolicy:
    """Find a target in the settings. Raises ConfigurationError naming those that there are."""
    if target not in policies:
        known = ", ".join(sorted(policies)) or (
            "none. Is this the right directory? Looked for are ./bascule.toml and /etc/bascule/bascule.toml; "
            "--settings names another file"
        )
        raise ConfigurationError(
            f"there is no target {target!r}",
            code="target-unknown",
            remedy=f"targets in the settings: {known}",
            target=target,
        )
    return policies[target]


def head_of(policy: TargetPolicy, git: Git) -> str:
    """Return the head of the branch that a target follows. Raises MigrationRefused when it is gone."""
    head = git.head(policy.repository, policy.branch)
    if head is None:
        raise MigrationRefused(
            f"{policy.repository} has no branch {policy.branch}",
            code="branch-gone",
            remedy=f"push the branch, or change targets.{policy.name}.branch",
            branch=policy.branch,
        )
    return head


def deploy(policy: TargetPolicy, commit: str | None, *, git: Git, care: Care, actor: str) -> DeploymentId:
    """Ask for a deployment of this commit, or of the branch's head where none is named.

    Raises ConfigurationError for what is no full commit id.
    """
    if commit is not None and not _COMMIT.fullmatch(commit):
        raise ConfigurationError(
            f"{commit!r} is no full commit id",
            code="commit-name",
            remedy="name all 40 digits: git rev-parse " + (commit if commit.isalnum() else "HEAD"),
        )
    request = _request(policy, commit or head_of(policy, git), actor)
    return care.ask(request, confirm_head=commit is None)


def retry(
    deployment: Deployment, policies: Mapping[str, TargetPolicy], *, git: Git, care: Care, actor: str
) -> DeploymentId:
    """Lift what a deployment holds, reopen the target if it closed it, and deploy the branch's head."""
    if deployment.finished is None:
        raise MigrationRefused(
            f"deployment {deployment.id} is not finished",
            code="not-finished",
            remedy=f"follow it: bascule logs {deployment.id} -f",
        )
    policy = policy_of(deployment.target, policies)
    # a rollback has the commit of what it undid, but nobody named that one to be deployed
    named = not deployment.confirm_head and deployment.undoes is None
    request = _request(policy, deployment.commit if named else head_of(policy, git), actor)
    return care.retry(deployment.id, request, confirm_head=not named)


def unlock(target: str, because: str, *, care: Care, actor: str) -> DeploymentId:
    """Open a target that a stuck deployment closed, and return that one. Raises MigrationRefused.

    Raises ConfigurationError for a reason without words.
    """
    reason = " ".join(because.split())
    if not reason:
        raise ConfigurationError(
            "a target is opened for a reason",
            code="reason-missing",
            remedy=f'bascule unlock {target} --because "what was put right, and how"',
            target=target,
        )
    return care.unlock(target, because=reason, actor=actor)


def known(deployment: DeploymentId, reading: Reading) -> Deployment:
    """Find a deployment. Raises MigrationRefused when there is none of that number."""
    found = reading.deployment(deployment)
    if found is None:
        raise MigrationRefused(
            f"there is no deployment {deployment}",
            code="deployment-unknown",
            remedy="see: bascule status",
            deployment=deployment,
        )
    return found


def _request(policy: TargetPolicy, commit: str, actor: str) -> Request:
    return Request(
        target=policy.name,
        repository=policy.repository,
        branch=policy.branch,
        commit=commit,
        cause=Cause.OPERATOR,
        actor=actor,
    )
