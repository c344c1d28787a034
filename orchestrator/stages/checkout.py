"""Read the SQL of the commit that a deployment asks for.

Takes          a deployment and its target's policy
Gives          Tree: the commit's migrations, rollbacks and tests by sha256; or HeadMoved; or NotYet
Fails with     Unavailable, when the repository cannot be reached
Leaves behind  the contents in the ledger, so that no later stage needs the repository
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from orchestrator.domain.deployment import Blocked, Deployment, Done, Outcome
from orchestrator.domain.errors import MigrationRefused
from orchestrator.domain.finding import Finding, Severity, Source, Verdict, as_set, verdict_of
from orchestrator.domain.migration import SqlFile, checksum
from orchestrator.domain.plan import Tree
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Blob, ContentStore, Git, Listing

#: a webhook may be faster than the forge's own replicas: so long a commit may be unknown to git
_PATIENCE_SECONDS = 60
_LOOK_AGAIN_SECONDS = 3

#: where rollbacks are found in the wild, beside or below the migrations
_ROLLBACK_FOLDERS = ("rollbacks", "rollback", "migrations/rollback", "migrations/rollbacks")


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadMoved:
    """The branch is elsewhere: this deployment is superseded in favour of its head."""

    head: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NotYet:
    """Something is not there yet, or somebody is in the way; look again later. This was no attempt."""

    seconds: float
    why: str
    #: it waits for something that does not answer, and may take as long to say nothing again
    in_doubt: bool = False
    #: somebody holds a lock that the stage needs
    in_the_way: Blocked | None = None


def run(
    deployment: Deployment,
    policy: TargetPolicy,
    *,
    git: Git,
    kept: ContentStore,
    now: datetime,
    confirm_head: bool = True,
) -> Done[Tree] | HeadMoved | NotYet:
    """Fetch the branch, see that the commit is its head, and keep the commit's SQL.

    With `confirm_head=False` (a person asked for this very commit) any commit that git knows will do, and one
    that it does not know is refused at once: only a webhook may be faster than git.
    """
    head = git.fetch(deployment.repository, deployment.branch)
    if head == deployment.commit:
        return _read(deployment, policy, git=git, kept=kept)
    if git.knows(deployment.repository, deployment.commit):
        return _known(deployment, policy, head, git=git, kept=kept, confirm_head=confirm_head)
    if head is None:
        return _refused(_branch_gone(deployment))
    if confirm_head and (now - deployment.created).total_seconds() < _PATIENCE_SECONDS:
        why = f"{deployment.repository} does not know commit {deployment.commit} yet"
        return NotYet(seconds=_LOOK_AGAIN_SECONDS, why=why)
    return HeadMoved(head=head) if confirm_head else _refused(_commit_vanished(deployment))


def _known(
    deployment: Deployment,
    policy: TargetPolicy,
    head: str | None,
    *,
    git: Git,
    kept: ContentStore,
    confirm_head: bool,
) -> Done[Tree] | HeadMoved | NotYet:
    """Decide about a commit that git has and that is not the branch's head."""
    if not confirm_head:
        return _read(deployment, policy, git=git, kept=kept)
    if head is None:
        return _refused(_branch_gone(deployment))
    return HeadMoved(head=head)


def _read(
    deployment: Deployment, policy: TargetPolicy, *, git: Git, kept: ContentStore
) -> Done[Tree] | NotYet:
    directory = PurePosixPath(policy.directory)
    migrations = str(directory / "migrations")
    rollbacks = [str(directory / folder) for folder in _ROLLBACK_FOLDERS]
    tests = str(directory / "tests")
    try:
        listing = git.read(deployment.repository, deployment.commit, [migrations, *rollbacks], tests=tests)
    except MigrationRefused:
        # it was there a moment ago: the mirror was made anew, and for another branch
        why = f"the mirror of {deployment.repository} was made anew meanwhile"
        return NotYet(seconds=_LOOK_AGAIN_SECONDS, why=why)
    kept.keep([blob.content for blob in listing.blobs])
    findings = listing.findings or (*as_set(_none_found(listing, migrations), policy.severities),)
    refused = verdict_of(findings) is Verdict.REFUSE
    return Done(
        outcome=Outcome.REFUSED if refused else Outcome.PASSED,
        gave=_tree(listing, migrations, tests),
        findings=findings,
    )


def _tree(listing: Listing, migrations: str, tests: str) -> Tree:
    others = [blob for blob in listing.blobs if not _lies_in(migrations, blob)]
    return Tree(
        commit=listing.commit,
        author=listing.author,
        subject=listing.subject,
        migrations=_files(blob for blob in listing.blobs if _lies_in(migrations, blob)),
        rollbacks=_files(blob for blob in others if not _lies_below(tests, blob)),
        tests=_files(blob for blob in others if _lies_below(tests, blob)),
    )


def _lies_in(folder: str, blob: Blob) -> bool:
    return str(PurePosixPath(blob.path).parent) == folder


def _lies_below(folder: str, blob: Blob) -> bool:
    return PurePosixPath(blob.path).is_relative_to(folder)


def _files(blobs: Iterable[Blob]) -> tuple[SqlFile, ...]:
    files = (SqlFile(path=blob.path, sha256=checksum(blob.content)) for blob in blobs)
    return tuple(sorted(files, key=lambda file: file.path))


def _none_found(listing: Listing, migrations: str) -> tuple[Finding, ...]:
    """Warn of a folder without migrations: more often a wrong setting than a wish."""
    if any(_lies_in(migrations, blob) for blob in listing.blobs):
        return ()
    finding = Finding(
        rule="migrations-none",
        severity=Severity.WARNING,
        source=Source.TREE,
        message=f"{migrations} holds no *.sql file in commit {listing.commit}",
        effect="There is nothing to deploy",
        remedy="see whether the setting `directory` of the repository names the folder above `migrations`",
        file=migrations,
    )
    return (finding,)


def _refused(finding: Finding) -> Done[Tree]:
    return Done(outcome=Outcome.REFUSED, findings=(finding,))


def _branch_gone(deployment: Deployment) -> Finding:
    return Finding(
        rule="branch-gone",
        severity=Severity.ERROR,
        source=Source.TREE,
        message=f"{deployment.repository} has no branch {deployment.branch}",
        effect="Nothing is deployed; the target stays as it is",
        remedy=f"push {deployment.branch} again, or let target {deployment.target} follow another branch",
    )


def _commit_vanished(deployment: Deployment) -> Finding:
    return Finding(
        rule="commit-vanished",
        severity=Severity.ERROR,
        source=Source.TREE,
        message=f"{deployment.repository} does not have commit {deployment.commit} on {deployment.branch}",
        effect="Nothing is deployed; the target stays as it is",
        remedy="push the commit again, or deploy the branch's present head",
    )
