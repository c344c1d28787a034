"""The forges that settings may name."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from orchestrator.adapters.forges.bitbucket import Bitbucket
from orchestrator.adapters.forges.gitea import Gitea
from orchestrator.adapters.forges.github import GitHub
from orchestrator.adapters.forges.gitlab import GitLab
from orchestrator.ports import Forge

FORGES: Final[Mapping[str, Callable[[], Forge]]] = {
    "github": GitHub,
    "gitlab": GitLab,
    "gitea": partial(Gitea, "Gitea"),
    "forgejo": partial(Gitea, "Forgejo"),
    "bitbucket": Bitbucket,
}
