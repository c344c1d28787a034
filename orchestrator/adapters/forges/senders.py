"""Which forge sent a delivery.

Gitea, Forgejo and Gogs send GitHub's headers beside their own, so their own names are looked for first.
"""

from collections.abc import Mapping
from typing import Final

_MARKS: Final = (
    ("Forgejo", "x-forgejo-"),
    ("Gitea", "x-gitea-"),
    ("Gogs", "x-gogs-"),
    ("GitLab", "x-gitlab-"),
    ("Bitbucket", "x-event-key"),
    ("GitHub", "x-github-"),
)


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers under lower-case names; HTTP does not tell cases apart."""
    return {name.lower(): value for name, value in headers.items()}


def sender(names: Mapping[str, str]) -> str | None:
    """Name the forge by the lower-case names of its headers; None when no forge is recognised."""
    for forge, mark in _MARKS:
        if any(name.startswith(mark) for name in names):
            return forge
    return None
