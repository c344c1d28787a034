"""Baselines: a target's schema as SQL for a checkout."""

from typing import Protocol

from orchestrator.domain.baseline import WrittenBaseline
from orchestrator.domain.facts import Facts


class Baselines(Protocol):
    """Writes targets down. Raises Unavailable, ConfigurationError."""

    def baseline_of(self, target: str, facts: Facts) -> WrittenBaseline:
        """Write the SQL that makes what people have in this target, whose facts are these; no row of theirs.

        Raises CannotCopy where the target's schema cannot be dumped from here.
        """
        ...
