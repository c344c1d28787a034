"""`bascule doctor`: asks everything that the service depends on, each within a few seconds."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.errors import BasculeError
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import Git, Targets


class Health(StrEnum):
    """How a check ended."""

    WELL = "well"
    #: works, but somebody should look
    NOTE = "note"
    ILL = "ill"


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """What one check found."""

    #: what was asked, e.g. "target staging"
    about: str
    health: Health
    found: str
    remedy: str = ""


def checked(about: str, check: Callable[[], str]) -> Diagnosis:
    """Run one check: what it returns is what it found, what it raises is what is wrong."""
    try:
        return Diagnosis(about=about, health=Health.WELL, found=check())
    except BasculeError as problem:
        return Diagnosis(about=about, health=Health.ILL, found=problem.message, remedy=problem.remedy)


def examine_repositories(policies: Iterable[TargetPolicy], git: Git) -> Iterator[Diagnosis]:
    """Ask each repository for the heads of the branches that are followed."""
    for policy in policies:
        yield checked(
            f"branch {policy.branch} of {policy.repository}",
            lambda policy=policy: _head(policy, git),  # type: ignore[misc]
        )


def examine_targets(
    policies: Iterable[TargetPolicy], targets: Targets, ledger_id: str | None
) -> Iterator[Diagnosis]:
    """Connect to each target and see whether it could be written to."""
    for policy in policies:
        try:
            yield _target(policy, targets, ledger_id)
        except BasculeError as problem:
            yield Diagnosis(
                about=f"target {policy.name}",
                health=Health.ILL,
                found=problem.message,
                remedy=problem.remedy,
            )


def _head(policy: TargetPolicy, git: Git) -> str:
    head = git.head(policy.repository, policy.branch)
    return f"head is {head[:10]}" if head else "there is no such branch yet"


def _target(policy: TargetPolicy, targets: Targets, ledger_id: str | None) -> Diagnosis:
    with targets.adopting(policy.name) as adoption:
        state = adoption.inspect(exposed_schemas=policy.exposed_schemas)
    about = f"target {policy.name}"
    found = f"PostgreSQL {state.server_version}, database {state.database}, as {state.role}"
    if state.missing_rights:
        rights = ", ".join(missing.right for missing in state.missing_rights)
        return Diagnosis(
            about=about,
            health=Health.ILL,
            found=f"{found}; missing rights: {rights}",
            remedy=" ".join(missing.sql for missing in state.missing_rights),
        )
    if state.read_only:
        return Diagnosis(about=about, health=Health.ILL, found=f"{found}; it takes no writes")
    if state.fence is None:
        return Diagnosis(
            about=about,
            health=Health.NOTE,
            found=f"{found}; not adopted: pushes wait",
            remedy=f"bascule adopt {policy.name}",
        )
    if ledger_id is not None and state.fence.owner != ledger_id:
        return Diagnosis(
            about=about,
            health=Health.ILL,
            found=f"{found}; adopted by another ledger, {state.fence.owner}",
            remedy=f"release it there; if that ledger is lost: bascule adopt {policy.name} --take-over",
        )
    return Diagnosis(about=about, health=Health.WELL, found=f"{found}; adopted")
