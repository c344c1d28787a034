"""What a migration may change although it is no fact: the platform's own objects, and the server's roles.

A target's drift is judged by facts, and neither is a project's own. But a way back has to bring back both.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.catalog.queries import query
from orchestrator.domain.facts import Fact
from orchestrator.ports import Database


@dataclass(frozen=True, kw_only=True)
class Beyond:
    """What is beyond the facts at one moment."""

    #: of relations, functions and enumerations that the platform keeps in the schemas that it manages
    platform: tuple[Fact, ...]
    #: roles, memberships, and settings that hold in every database; without passwords
    roles: tuple[Fact, ...]
    #: OIDs of enumerations by their names
    enums: Mapping[str, int]


def read(database: Database) -> Beyond:
    """Return what is beyond the facts of the database that is open here. Needs no superuser.

    Raises TargetError. Leaves settings behind that end with the transaction, as catalog/facts.py does.
    """
    database.rows(query("settings"))
    return Beyond(
        platform=tuple(Fact(*row) for row in database.rows(query("platform"))),
        roles=tuple(Fact(*row) for row in database.rows(query("roles"))),
        enums=dict(database.rows(query("enums"))),
    )


def same_enums(before: Beyond, after: Beyond) -> frozenset[str]:
    """Return the names of enumerations that are still the same ones, whatever labels they have by now."""
    return frozenset(name for name, number in before.enums.items() if after.enums.get(name) == number)
