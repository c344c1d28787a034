"""Explain a failed statement: count what stands in its way, and name up to three rows by their keys.

Asked after the failure, in a READ ONLY transaction with a short limit; obstacles.py does the counting. Where
there is no explanation the error stands as it is.
"""

from dataclasses import dataclass, field, replace
from typing import Final

import psycopg

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.target.read import OpenDatabase, Reader
from orchestrator.adapters.postgres.target.recursion import recursive_policies
from orchestrator.domain.demand import Demand, DemandKind
from orchestrator.domain.errors import Noun, TargetError
from orchestrator.domain.shape import Name
from orchestrator.validation.grammar.demands import demands_of
from orchestrator.validation.split import Statement

_SQL = queries.load("sql/target/causes.sql")
_LIMIT_SECONDS = 3.0
_RECURSION = "42P17"
#: what each SQLSTATE may be about
_KINDS: Final = {
    "23505": (DemandKind.UNIQUE,),
    "23503": (DemandKind.FOREIGN_KEY, DemandKind.VALIDATE),
    "23502": (DemandKind.NOT_NULL, DemandKind.NEW_COLUMN, DemandKind.VALIDATE),
    "23514": (DemandKind.CHECK, DemandKind.VALIDATE),
    "23P01": (DemandKind.EXCLUDE,),
}
#: the class of values that are not what a type wants
_DATA_EXCEPTION: Final = "22"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """Why it failed, in words and in numbers."""

    words: str
    nouns: dict[str, Noun] = field(default_factory=dict)


def explained(
    failure: TargetError, error: psycopg.Error, statement: Statement, reader: Reader
) -> TargetError:
    """Return the failure with its cause, or as it is. Never raises: the failure must not be lost."""
    try:
        cause = _find_cause(error, statement, reader)
    except Exception:  # noqa: BLE001  # dropped on purpose, whatever it is: the statement's own error counts
        return failure
    if cause is None:
        return failure
    nouns = failure.nouns | {"cause": cause.words} | cause.nouns
    message = f"{failure.message}: {cause.words}"
    return TargetError(message, code=failure.code, remedy=failure.remedy, **nouns)


def _find_cause(error: psycopg.Error, statement: Statement, reader: Reader) -> Cause | None:
    if error.sqlstate == _RECURSION:
        with reader.asking() as database:
            return _recursion(database)
    demand = _demand_of(error, statement)
    obstacle = reader.obstacle(demand, limit_seconds=_LIMIT_SECONDS) if demand else None
    if obstacle is None or obstacle.unknown:
        return None
    nouns: dict[str, Noun] = {}
    if obstacle.rows is not None:
        nouns |= {"rows": obstacle.rows}
    if obstacle.key:
        nouns |= {"examples": list(obstacle.examples)}
    return Cause(words=str(obstacle), nouns=nouns)


def _demand_of(error: psycopg.Error, statement: Statement) -> Demand | None:
    """Choose the demand that the error is about: by its constraint or column, else the only one there is."""
    kinds = _kinds_of(error.sqlstate or "")
    demands = [demand for demand in demands_of(statement.text) if demand.kind in kinds] if kinds else []
    diag = error.diag
    named = [
        d
        for d in demands
        if (d.name and d.name == diag.constraint_name) or (diag.column_name and diag.column_name in d.columns)
    ]
    chosen = named or (demands if len(demands) == 1 else [])
    if not chosen:
        return None
    table = chosen[0].table
    if diag.schema_name and diag.table_name:
        table = Name(diag.schema_name, diag.table_name)
    return replace(chosen[0], table=table)


def _kinds_of(state: str) -> tuple[DemandKind, ...]:
    return (DemandKind.TYPE,) if state.startswith(_DATA_EXCEPTION) else _KINDS.get(state, ())


def _recursion(database: OpenDatabase) -> Cause | None:
    policies = recursive_policies(database.rows(_SQL["policies"]))
    if not policies:
        return None
    return Cause(
        words=f"policies that read their own table: {', '.join(policies)}", nouns={"policies": policies}
    )
