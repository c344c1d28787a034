"""How each kind of fact is brought back."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from orchestrator.catalog.draft.columns import COLUMN
from orchestrator.catalog.draft.comments import COMMENT
from orchestrator.catalog.draft.constraints import CONSTRAINT, INDEX, STATISTICS
from orchestrator.catalog.draft.privileges import GRANT
from orchestrator.catalog.draft.publications import PUBLICATION, PUBLISHED_SCHEMA, PUBLISHED_TABLE
from orchestrator.catalog.draft.routines import AGGREGATE, FUNCTION, PROCEDURE
from orchestrator.catalog.draft.rows import BUCKET, JOB, QUEUE
from orchestrator.catalog.draft.sequences import SEQUENCE
from orchestrator.catalog.draft.surroundings import EXTENSION, SCHEMA, SERVER, SETTING, USER_MAPPING
from orchestrator.catalog.draft.tables import FOREIGN_TABLE, TABLE
from orchestrator.catalog.draft.triggers import EVENT_TRIGGER, POLICY, RULE, TRIGGER
from orchestrator.catalog.draft.types import TYPE
from orchestrator.catalog.draft.views import MATERIALIZED_VIEW, VIEW
from orchestrator.catalog.draft.world import Kind, Way, World, implied, impossible

#: kinds of which the facts hold too little to make them again; they can be dropped by their identity
_RARE: Final = (
    "cast",
    "collation",
    "conversion",
    "access method",
    "foreign-data wrapper",
    "language",
    "operator",
    "operator class",
    "operator family",
    "text search configuration",
    "text search dictionary",
    "text search parser",
    "text search template",
    "transform",
)
#: they come and go with an operator class or family
_IN_FAMILIES: Final = ("operator of access method", "function of access method")


def _drop_rare(word: str, identity: str, _world: World) -> Way:
    return (f"drop {word} {identity}",)


def _rare(word: str) -> Kind:
    called = "foreign data wrapper" if word == "foreign-data wrapper" else word
    dropped = 535 if word in ("operator class", "operator family") else 528
    return Kind(
        create=impossible, drop=partial(_drop_rare, called), alter=impossible, created=230, dropped=dropped
    )


KINDS: Final[Mapping[str, Kind]] = {
    "schema": SCHEMA,
    "extension": EXTENSION,
    "table": TABLE,
    "foreign table": FOREIGN_TABLE,
    "column": COLUMN,
    "constraint": CONSTRAINT,
    "index": INDEX,
    "sequence": SEQUENCE,
    "view": VIEW,
    "materialized view": MATERIALIZED_VIEW,
    "function": FUNCTION,
    "procedure": PROCEDURE,
    "aggregate": AGGREGATE,
    "trigger": TRIGGER,
    "event trigger": EVENT_TRIGGER,
    "rule": RULE,
    "policy": POLICY,
    "type": TYPE,
    "statistics": STATISTICS,
    "publication": PUBLICATION,
    "published table": PUBLISHED_TABLE,
    "published schema": PUBLISHED_SCHEMA,
    "server": SERVER,
    "user mapping": USER_MAPPING,
    "setting": SETTING,
    "comment": COMMENT,
    "grant": GRANT,
    "bucket": BUCKET,
    "queue": QUEUE,
    "cron job": JOB,
    **{word: _rare(word) for word in _RARE},
    **{
        word: Kind(create=impossible, drop=implied, alter=impossible, created=231, dropped=536)
        for word in _IN_FAMILIES
    },
}

#: whatever else there is: subscriptions, security labels
UNKNOWN: Final = Kind(create=impossible, drop=impossible, alter=impossible, created=900, dropped=900)


def kind_of(kind: str) -> Kind:
    """Return how a kind is brought back."""
    return KINDS.get(kind, UNKNOWN)
