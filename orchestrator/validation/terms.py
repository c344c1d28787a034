"""What a review is held under: what the operator decided, and what is known of the target."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from orchestrator.domain.finding import Severity
from orchestrator.domain.survey import Survey
from orchestrator.domain.target import TargetPolicy

#: the roles that Supabase's API takes on
API_ROLES: Final = frozenset({"anon", "authenticated", "service_role"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """The same for all files of one review."""

    #: schemas that the API exposes
    exposed_schemas: tuple[str, ...] = ("public",)
    #: PostgreSQL's; None where nobody knows: then nothing is said about newer syntax
    server_major: int | None = None
    #: a look at the target; None on a bare checkout
    survey: Survey | None = None
    #: whether new tables in exposed schemas are granted to the API roles by themselves; None: unknown
    grants_new_tables: bool | None = None
    #: whether all pending files are to be one transaction
    atomic: bool = False
    #: for how long others may be locked out, by estimate
    longest_block_seconds: float = 5.0
    #: by rule id; None switches a rule off
    severities: Mapping[str, Severity | None] = field(default_factory=dict)

    @classmethod
    def of(cls, policy: TargetPolicy, survey: Survey) -> Self:
        """Return what holds for a target."""
        return cls(
            exposed_schemas=policy.exposed_schemas,
            server_major=survey.server_major,
            survey=survey,
            atomic=policy.atomic,
            longest_block_seconds=policy.longest_block_seconds,
            severities=policy.severities,
        )

    @property
    def has_api(self) -> bool:
        """Tell whether there are clients who come through Supabase's API; assumed where nobody knows."""
        return self.survey is None or bool(self.survey.api_roles)
