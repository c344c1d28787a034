"""Which forge sent a delivery.

Gitea, Forgejo and Gogs send GitHub's headers beside their own, so their own names are looked for first.
"""

from collections.abc import Mapping
from typing import Final

from orchestrator.domain.errors import PushRejected

_MARKS: Final = (
    ("Forgejo", "x-forgejo-"),
    ("Gitea", "x-gitea-"),
    ("Gogs", "x-gogs-"),
    ("GitLab", "x-gitlab-"),
    ("Bitbucket", "x-event-key"),
    ("GitHub", "x-github-"),
)
#: those that send the webhooks of nothing that settings can name
_NOT_READ: Final = frozenset({"Gogs"})


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers under lower-case names; HTTP does not tell cases apart."""
    return {name.lower(): value for name, value in headers.items()}


def sender(names: Mapping[str, str]) -> str | None:
    """Name the forge by the lower-case names of its headers; None when no forge is recognised."""
    for forge, mark in _MARKS:
        if any(name.startswith(mark) for name in names):
            return forge
    return None


def require_sender(given: Mapping[str, str], expected: str, repository: str) -> None:
    """Raise PushRejected for a delivery that another forge made; one of no forge at all is not signed."""
    forge = sender(given)
    if forge in (None, expected):
        return
    remedy = f'Set repositories.{repository}.forge = "{forge.lower()}" if that is where the repository is.'
    if forge in _NOT_READ:
        remedy = f"{forge}'s webhooks are not understood; its branches are still looked at every few minutes."
    raise PushRejected(
        f"This delivery comes from {forge}, but the repository is configured for {expected}.",
        code="other-forge",
        remedy=remedy,
        forge=forge,
    )
