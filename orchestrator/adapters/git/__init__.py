"""Git: a bare mirror for each repository, read blob by blob, never a work tree.

A checkout or an archive would let the repository's own .gitattributes change, drop or rewrite SQL on its
way to us, and would run its filters. Here a file is its blob, byte for byte.
"""

from orchestrator.adapters.git.repositories import Repositories
from orchestrator.adapters.git.source import GitLimits, RepositorySource

__all__ = ["GitLimits", "Repositories", "RepositorySource"]
