"""What a migration may change although it is no fact: the platform's own objects, and the server's roles.

A target's drift is judged by facts, and neither is a project's own. But a way back has to bring back both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from orchestrator.catalog.facts import Grouped, by_key
from orchestrator.catalog.queries import of_part, query
from orchestrator.catalog.versions import EVERYTHING, Part
from orchestrator.domain.facts import Fact
from orchestrator.ports import Database


@dataclass(frozen=True, kw_only=True)
class Beyond:
    """What is beyond the facts at one moment."""

    #: of relations, functions and enumerations that the platform keeps in the schemas that it manages
    platform: Grouped
    #: roles, memberships, and settings that hold in every database; without passwords
    roles: tuple[Fact, ...]
    #: OIDs of enumerations by their names
    enums: Mapping[str, int]


def read(database: Database, *, part: Part | None = None, known: Beyond | None = None) -> Beyond:
    """Return what is beyond the facts of the database that is open here.

    All of it; or a part read anew, and the rest as `known`. Needs no superuser. settings.sql has to run
    before it. Raises TargetError.
    """
    if part is not None and known is not None:
        told = database.rows(of_part(query("platform")), part.parameters) if part.has_platform else []
        found = by_key(told)
        kept = {key: facts for key, facts in known.platform.items() if key not in part.keys}
        return replace(known, platform={**kept, **found})
    return Beyond(
        platform=by_key(database.rows(query("platform"), EVERYTHING)),
        roles=tuple(sorted(Fact(*row) for row in database.rows(query("roles")))),
        enums=dict(database.rows(query("enums"))),
    )


def same_enums(before: Beyond, after: Beyond) -> frozenset[str]:
    """Return the names of enumerations that are still the same ones, whatever labels they have by now."""
    return frozenset(name for name, number in before.enums.items() if after.enums.get(name) == number)
