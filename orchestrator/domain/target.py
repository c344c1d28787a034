"""A target: one database with its policy and the branch that it follows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from orchestrator.domain.added_identity import AddedIdentity
from orchestrator.domain.deployment import Deployment, DeploymentId
from orchestrator.domain.drift import WhenDrifted
from orchestrator.domain.finding import Severity
from orchestrator.domain.opening import Opening
from orchestrator.domain.plan import Hold, OutOfOrder, WhenFilesChange, WhenFilesLeave

#: words in the name of a target, or of its branch, that say that nobody's real rows are there
_FOR_TRYING: Final = frozenset(
    {"dev", "develop", "local", "preview", "qa", "sandbox", "stage", "staging", "test", "testing"}
)

#: words that say the opposite, and weigh more
_FOR_REAL: Final = frozenset({"live", "main", "master", "prod", "production"})


class MadeUpRows(StrEnum):
    """Where smoke tests may make rows up, which are always undone."""

    #: on the scratch copy, and on a target whose name or branch says that it is there for trying
    AUTO = "auto"
    #: on the scratch copy and on the target
    LIVE = "live"
    SCRATCH = "scratch"
    NEVER = "never"


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetPolicy:
    """How deployments to a target are decided. How to reach its database is the adapter's."""

    name: str
    repository: str
    branch: str
    #: the folder that holds `migrations/`, in the repository: "supabase" or "apps/db/supabase"
    directory: str = "supabase"
    out_of_order: OutOfOrder = OutOfOrder.REFUSE
    when_files_leave: WhenFilesLeave = WhenFilesLeave.FAIL
    when_files_change: WhenFilesChange = WhenFilesChange.REFUSE
    when_drifted: WhenDrifted = WhenDrifted.WARN
    #: False: nothing is tried on a scratch copy first
    rehearse: bool = True
    #: all pending migrations in one transaction, which is committed only if the probes pass
    atomic: bool = False
    #: refuse where the scratch server is of another major version than the target
    require_same_major: bool = False
    #: where smoke tests may make rows up
    made_up_rows: MadeUpRows = MadeUpRows.AUTO
    #: schemas that the API exposes
    exposed_schemas: tuple[str, ...] = ("public",)
    #: as whom smoke tests ask besides
    identities: tuple[AddedIdentity, ...] = ()
    #: what is open there and meant to be
    openings: tuple[Opening, ...] = ()
    #: what the operator made of rules, by id; None switches a rule off
    severities: Mapping[str, Severity | None] = field(default_factory=dict)
    #: a lock that keeps others out for longer than this, by estimate, is refused
    longest_block_seconds: float = 5
    #: how long the target's rows may be asked before anything is applied, all questions together
    preflight_seconds: float = 10
    #: how often a stage may be begun before it counts as failed
    attempts: int = 5
    #: how long an unavailable thing is waited for before the stage counts as failed
    patience_seconds: float = 600

    @property
    def rows_live(self) -> bool:
        """Tell whether rows may be made up on the target itself."""
        if self.made_up_rows is not MadeUpRows.AUTO:
            return self.made_up_rows is MadeUpRows.LIVE
        words = {word for name in (self.name, self.branch) for word in re.split(r"[\W_]+", name.lower())}
        return not words.isdisjoint(_FOR_TRYING) and words.isdisjoint(_FOR_REAL)

    @property
    def rows_on_scratch(self) -> bool:
        """Tell whether rows may be made up on a scratch copy."""
        return self.made_up_rows is not MadeUpRows.NEVER

    @property
    def is_watched(self) -> bool:
        """Tell whether anybody wants to know that somebody else changed it."""
        return self.when_drifted is not WhenDrifted.IGNORE


@dataclass(frozen=True, kw_only=True, slots=True)
class Fence:
    """The row in the target that says who may write there."""

    #: ledger id of the service that adopted the target
    owner: str
    epoch: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetState:
    """Where a target stands, as the ledger knows it."""

    name: str
    adopted: datetime | None
    #: the stuck deployment that closed the target; a person has to act
    closed_by: DeploymentId | None
    #: the newest deployment, whatever became of it
    newest: Deployment | None
    #: holds that hold something back, as the branch was last seen
    holds: tuple[Hold, ...] = ()
    #: when somebody else was first seen to have changed it; None: it is as recorded, as far as is known
    drifted: datetime | None = None
