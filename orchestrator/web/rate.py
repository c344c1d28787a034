"""How many deliveries of a repository are taken in a minute."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from orchestrator.domain.errors import PushRejected

_MINUTE_SECONDS: Final = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Rates:
    """Counts what was verified: a stranger cannot use up what belongs to the forge.

    A minute's worth may come at once; after that one is taken whenever its share of a minute has gone by.
    """

    #: by repository; one that is not named has no limit
    per_minute: Mapping[str, int]
    clock: Callable[[], float] = monotonic
    #: when the repository's minute will be used up no more
    _free_at: dict[str, float] = field(default_factory=dict)

    def take(self, repository: str) -> None:
        """Count one. Raises PushRejected when it is one too many."""
        allowed = self.per_minute.get(repository)
        if allowed is None:
            return
        now = self.clock()
        free_at = max(self._free_at.get(repository, now), now) + _MINUTE_SECONDS / allowed
        if free_at > now + _MINUTE_SECONDS:
            raise PushRejected(
                f"More than {allowed} deliveries came within a minute.",
                code="too-many-deliveries",
                remedy="Let the webhook send pushes and merges only, or raise deliveries_per_minute of the"
                " repository; nothing is lost, the branch's head is looked at anyway.",
                repository=repository,
            )
        self._free_at[repository] = free_at
