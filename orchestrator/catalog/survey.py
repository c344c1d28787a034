"""Look at a target for the rules: its shape, what its tables hold, whose transactions are open for long.

Waits for nobody: only columns of the catalog are read, and where a table's file has to be measured, the
tables that somebody has locked are left alone. No row of a table is ever read.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from orchestrator.catalog.queries import query
from orchestrator.domain.errors import TargetError, Unavailable
from orchestrator.domain.shape import (
    Column,
    DefaultGrant,
    EnumType,
    ForeignKey,
    Function,
    Grant,
    Index,
    Name,
    Policy,
    RewriteRule,
    Shape,
    Table,
    TableKind,
    Trigger,
)
from orchestrator.domain.survey import LongTransaction, Size, Survey
from orchestrator.ports import Database

_Found = Mapping[str, Any]

#: somebody locks a table in the instant between the question whether one does and the measuring of its file
_BEFORE_MEASURING: Final = "savepoint measuring; set local lock_timeout = '100ms'"
_AFTER_MEASURING: Final = "rollback to savepoint measuring"
_LOCK_NOT_AVAILABLE: Final = "55P03"
_CANCELED: Final = "57014"


def read(
    database: Database, *, target: str, long_after_seconds: float = 30, limit_seconds: float = 10
) -> Survey:
    """Look at the database that is open here; `target` is what it is called.

    A transaction is long after `long_after_seconds`. Needs no superuser; without pg_monitor less is seen of
    other roles' transactions. No query may take longer than `limit_seconds`. Raises TargetError; Unavailable
    when one did. Leaves settings behind that end with the transaction (search_path, how values are written,
    jit, statement_timeout).
    """
    database.rows(f"set local statement_timeout = {round(limit_seconds * 1000)}")
    try:
        return _look(database, target, long_after_seconds)
    except TargetError as error:
        if error.nouns.get("sqlstate") != _CANCELED:
            raise
        raise Unavailable(
            f"target {target}: a query of its catalog took longer than {limit_seconds:g} s",
            code="survey-too-slow",
            remedy="See whether somebody holds a lock on its catalog, or whether the server is overloaded",
            target=target,
        ) from error


def _look(database: Database, target: str, long_after_seconds: float) -> Survey:
    [(*_, server_major, _declared)] = database.rows(query("settings"))
    [(written, _)] = database.rows(query("survey_names"))
    names = json.loads(written)
    return Survey(
        target=target,
        server_major=server_major,
        shape=_shape(database, names),
        sizes=_sizes(database),
        long_transactions=_long_transactions(database, long_after_seconds),
        api_roles=frozenset(names["api_roles"]),
    )


def _shape(database: Database, names: _Found) -> Shape:
    tables = [_table(json.loads(written)) for (written,) in database.rows(query("survey_tables"))]
    enums = [
        EnumType(name=Name(schema, name), labels=tuple(labels)) for schema, name, labels in names["enums"]
    ]
    return Shape(
        schemas=frozenset(names["schemas"]),
        tables={table.name: table for table in tables},
        functions=_functions(database),
        enums={enum.name: enum for enum in enums},
        other_types=_names(names["other_types"]),
        sequences=_names(names["sequences"]),
        extensions=frozenset(names["extensions"]),
        default_grants=frozenset(
            DefaultGrant(schema=schema, grant=Grant(role=role, privilege=privilege))
            for schema, role, privilege in names["default_grants"]
        ),
    )


def _names(found: Iterable[Sequence[str]] | None) -> frozenset[Name]:
    return frozenset(Name(schema, name) for schema, name in found or ())


# tables -----------------------------------------------------------------------------------------------------


def _table(found: _Found) -> Table:
    constraints = found["constraints"]
    reads = found["reads"] or ()
    return Table(
        name=Name(*found["name"]),
        kind=TableKind(found["kind"]),
        columns={column["name"]: _column(column) for column in found["columns"]},
        primary_key=tuple(column for key in constraints if key["kind"] == "p" for column in key["columns"]),
        indexes=tuple(_index(index) for index in found["indexes"]),
        foreign_keys=tuple(
            _foreign_key(key) for key in constraints if key["kind"] == "f" and not key["hidden"]
        ),
        constraints=frozenset(constraint["name"] for constraint in constraints),
        row_security=found["row_security"],
        policies=tuple(_policy(policy) for policy in found["policies"]),
        triggers=tuple(_trigger(trigger) for trigger in found["triggers"]),
        rules=tuple(RewriteRule(**rule) for rule in found["rules"]),
        grants=frozenset(
            grant for role, privileges in found["grants"] for grant in _grants(role, privileges)
        ),
        commented=found["commented"],
        parents=tuple(Name(*parent) for parent in found["parents"]),
        reads=frozenset(Name(schema, name) for schema, name, _ in reads),
        reads_columns=frozenset(column for *_, column in reads if column),
        calls=_names(found["calls"]),
        security_invoker=found["security_invoker"],
    )


def _column(found: _Found) -> Column:
    return Column(**{**found, "calls": _names(found["calls"])})


def _index(found: _Found) -> Index:
    return Index(**{**found, "columns": tuple(found["columns"])})


def _foreign_key(found: _Found) -> ForeignKey:
    return ForeignKey(
        name=found["name"],
        columns=tuple(found["columns"]),
        references=Name(*found["references"]),
        referenced_columns=tuple(found["referenced_columns"]),
    )


def _policy(found: _Found) -> Policy:
    return Policy(
        name=found["name"],
        command=found["command"],
        roles=tuple(found["roles"]),
        permissive=found["permissive"],
        columns=frozenset(found["columns"]),
        reads=_names(found["reads"]),
        calls=_names(found["calls"]),
    )


def _trigger(found: _Found) -> Trigger:
    return Trigger(
        name=found["name"],
        timing=found["timing"],
        events=frozenset(found["events"]),
        function=Name(*found["function"]),
    )


@lru_cache(maxsize=64)
def _grants(role: str, privileges: str) -> frozenset[Grant]:
    """Return one role's grants. A thousand tables have the same few."""
    return frozenset(Grant(role=role, privilege=privilege) for privilege in privileges.split())


# functions, sizes, transactions -----------------------------------------------------------------------------


def _functions(database: Database) -> Mapping[Name, tuple[Function, ...]]:
    named: defaultdict[Name, list[Function]] = defaultdict(list)
    for row in database.rows(query("survey_functions")):
        function = _function(row)
        named[function.name].append(function)
    return {name: tuple(functions) for name, functions in named.items()}


def _function(row: tuple[Any, ...]) -> Function:
    schema, name, arguments, returns, security_definer, pins_search_path, body = row
    return Function(
        name=Name(schema, name),
        arguments=tuple(arguments),
        returns=returns,
        security_definer=security_definer,
        pins_search_path=pins_search_path,
        body=body,
    )


def _sizes(database: Database) -> Mapping[Name, Size]:
    measured = _measured(database, [oid for (oid,) in database.rows(query("survey_unmeasured"))])
    parameters = {"relations": list(measured), "bytes": list(measured.values())}
    return {
        Name(schema, name): Size(rows=rows, bytes=size)
        for schema, name, rows, size in database.rows(query("survey_sizes"), parameters)
    }


def _measured(database: Database, relations: Sequence[int]) -> Mapping[int, int]:
    """Return the bytes of these relations' files, by OID; of none when one is locked by now."""
    if not relations:
        return {}
    database.rows(_BEFORE_MEASURING)
    try:
        return dict(database.rows(query("survey_measured"), {"relations": list(relations)}))
    except TargetError as error:
        if error.nouns.get("sqlstate") != _LOCK_NOT_AVAILABLE:
            raise
        return {}
    finally:
        database.rows(_AFTER_MEASURING)


def _long_transactions(database: Database, long_after_seconds: float) -> tuple[LongTransaction, ...]:
    rows = database.rows(query("survey_transactions"), {"long_after_seconds": long_after_seconds})
    return tuple(
        LongTransaction(
            pid=pid, who=who, seconds=seconds, tables=tuple(Name(*name) for name in json.loads(tables))
        )
        for pid, who, seconds, tables in rows
    )
