"""Whether asking a demand's question would run somebody's own code: a READ ONLY transaction does not stop it.

Only what PostgreSQL itself brings, and what does nothing but compute, is run before a migration is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.target.lookups import identifier
from orchestrator.domain.demand import Demand, DemandKind
from orchestrator.domain.shape import Name
from orchestrator.ports.target import Database
from orchestrator.validation.grammar.calls import Uses, uses_of

_SQL = queries.load("sql/target/obstacles.sql")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stranger:
    """Why a question is not asked."""

    words: str
    #: it would draw numbers from a sequence, and do nothing else; its values are no obstacle
    draws_number: bool = False


#: what the query of this name finds, besides a type
_WHOLE_ROW, _CALL = 0, 1
#: volatile, and nothing but values come of them
_HARMLESS: Final = ("clock_timestamp", "gen_random_uuid", "random", "timeofday", "uuidv4", "uuidv7")
#: not volatile, and yet they run queries, or the checks of any domain, or load libraries
_HARMFUL: Final = r"_to_xml(schema|_and_xmlschema)?$|^pg_input_|_validator$|^satisfies_hash_partition$"
_NUMBERS: Final = "pg_catalog.nextval"
_NOT_RUN: Final = "which is not run before the migration is"


def stranger_in(database: Database, demand: Demand) -> Stranger | None:
    """Say what keeps a demand from being asked; None: nothing."""
    uses = _uses_of(demand)
    if uses.other:
        return Stranger(words=f"its expression has {uses.other}, {_NOT_RUN}")
    if uses == Uses():
        return None
    rows = database.rows(_SQL["strange"], _parameters(demand, uses))
    return _stranger(*rows[0]) if rows else None


def _stranger(kind: int, name: str) -> Stranger:
    if kind == _WHOLE_ROW:
        return Stranger(words=f"its expression takes a whole row, {_NOT_RUN}")
    if kind == _CALL:
        return Stranger(words=f"its expression calls {name}, {_NOT_RUN}", draws_number=name == _NUMBERS)
    return Stranger(words=f"it uses the type {name}, whose code is not run before the migration is")


def _uses_of(demand: Demand) -> Uses:
    """Return what the question of a demand would run."""
    new = demand.new_column
    expressions = (demand.condition, demand.using, new.value if new else None, *_keys(demand))
    types = (demand.type, new.type if new else None)
    uses = uses_of(filter(None, expressions), types=filter(None, types))
    if demand.kind is DemandKind.FOREIGN_KEY:
        return replace(uses, operators=uses.operators | {Name(None, "=")})
    return replace(uses, columns=uses.columns | {*demand.columns}) if demand.kind is DemandKind.TYPE else uses


def _keys(demand: Demand) -> Iterator[str]:
    """Yield what more than a column is unique, and how the keys of EXCLUDE are compared."""
    if demand.kind is DemandKind.EXCLUDE:
        yield from demand.keys
        yield from (f"null {sign} null" for sign in demand.operators)
    else:
        yield from (key for key in demand.keys if key.startswith("("))


def _parameters(demand: Demand, uses: Uses) -> dict[str, object]:
    called = {
        "function": uses.functions,
        "member": {Name(None, each) for each in uses.members},
        "operator": uses.operators,
        "type": uses.types,
    }
    names = [(kind, *name) for kind, found in called.items() for name in sorted(found, key=str)]
    return {
        "table": identifier(demand.table).as_string(),
        "other": identifier(demand.references or demand.table).as_string(),
        "row": demand.table.name,
        "columns": sorted(uses.columns),
        "kinds": [kind for kind, _, _ in names],
        "schemas": [schema for _, schema, _ in names],
        "names": [name for *_, name in names],
        "harmless": list(_HARMLESS),
        "harmful": _HARMFUL,
    }
