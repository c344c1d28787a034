"""Ask a live database who may do what with every exposed relation. Nothing is executed, nothing is written.

The answer to each question has two halves: the server plans the statement as that role with those claims,
which finds missing grants and broken policies; the catalog says whether any policy admits the role at all.
What neither can see is which rows a policy admits.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from orchestrator.domain.added_identity import AddedIdentity, UnfitIdentity
from orchestrator.domain.matrix import (
    Basis,
    Cell,
    CellResult,
    Command,
    ExposedFunction,
    ExposedRelation,
    Matrix,
    Policy,
)
from orchestrator.ports import Database
from orchestrator.probes.asking import PLANNED, Answer, Patience, Question, answers
from orchestrator.probes.identities import IDENTITIES, Identity, added
from orchestrator.probes.notices import read_notices
from orchestrator.probes.queries import query

_ROLES: Final = "select rolname::text from pg_catalog.pg_roles where rolname = any (%(roles)s::text[])"

#: relations asked about in one call
_BATCH: Final = 100

_INSUFFICIENT_PRIVILEGE: Final = "42501"

#: classes of SQLSTATE that tell of the server or of our own limits, and nothing of the relation
_NOT_AN_ANSWER: Final = frozenset({"08", "25", "53", "55", "57", "58", "XX"})

#: a view was asked to update by a column that takes no value: the question was wrong
_GENERATED_ALWAYS: Final = "428C9"


def ask(
    database: Database,
    schemas: Sequence[str],
    *,
    patience: Patience | None = None,
    identities: Sequence[AddedIdentity] = (),
) -> Matrix:
    """Return the matrix of all relations of these schemas.

    `identities` are those that the settings add. One whose role the server does not have has no cells. What
    could not be asked in time, or as a role that we may not take on, is `unknown`. Raises TargetError when
    the catalog itself cannot be read. Leaves settings behind that end with the transaction (search_path,
    time limits).
    """
    patience = patience or Patience()
    database.rows(
        query("settings"),
        {
            "statement_timeout": f"{patience.call_seconds * 1000:.0f}",
            "lock_timeout": f"{patience.lock_seconds * 1000:.0f}",
            "schemas": list(schemas),
        },
    )
    noticed = read_notices(database, schemas)
    found = database.rows(query("relations"), {"schemas": list(schemas)})
    more = added(identities)
    cells = _cells(database, [row[0] for row in found], patience, more)
    database.rows(query("policies"))
    [(policies, functions)] = database.rows(query("bodies"), {"schemas": list(schemas)})
    return Matrix(
        relations=tuple(
            _relation(row, cells.get(row[0], ()), policies.get(str(row[0]), ())) for row in found
        ),
        notices=noticed,
        functions=tuple(ExposedFunction(name=name, reads=tuple(reads)) for name, reads in functions),
        unfit=tuple(_roleless(database, more)),
    )


def _relation(
    row: tuple[Any, ...], cells: Sequence[Cell], policies_in_full: Sequence[Sequence[Any]]
) -> ExposedRelation:
    _, _, name, kind, row_security, policies, partition_of, bypasses = row
    return ExposedRelation(
        name=name,
        kind=kind,
        row_security=row_security,
        policies=tuple(policies),
        policies_in_full=tuple(map(_policy, policies_in_full)),
        partition_of=partition_of,
        bypasses=tuple(bypasses),
        cells=tuple(cells),
    )


def _policy(row: Sequence[Any]) -> Policy:
    name, command, permissive, roles, using, check, comment = row
    return Policy(
        name=name,
        command=Command(command) if command else None,
        permissive=permissive,
        roles=tuple(roles),
        using=using,
        check=check,
        comment=comment,
    )


def _cells(
    database: Database, relations: Sequence[int], patience: Patience, more: Sequence[Identity]
) -> dict[int, list[Cell]]:
    # the planner knows roles only: what it says of a user it would say of every other with that role
    by_role = {identity.role: identity.name for identity in IDENTITIES}
    until = time.monotonic() + patience.total_seconds
    cells: dict[int, list[Cell]] = defaultdict(list)
    for start in range(0, len(relations), _BATCH):
        asked = (*IDENTITIES, *(identity for identity in more if identity.role not in by_role))
        questions = list(_questions(database, relations[start : start + _BATCH], asked))
        for answer in answers(database, questions, until=until):
            cells[answer.question.relation].append(_cell(answer))
    for of_relation in cells.values():
        for identity in more:
            like = by_role.get(identity.role)
            of_relation += [
                replace(cell, identity=identity.name, role=identity.role)
                for cell in of_relation
                if cell.identity == like
            ]
    return cells


def _roleless(database: Database, more: Sequence[Identity]) -> Iterator[UnfitIdentity]:
    """Yield the identities whose role the server does not have."""
    if more:
        there = {row[0] for row in database.rows(_ROLES, {"roles": [each.role for each in more]})}
        for each in more:
            if each.role not in there:
                yield UnfitIdentity(name=each.name, reason=f"the server has no role {each.role}")


def _questions(
    database: Database, relations: Sequence[int], identities: Sequence[Identity]
) -> Iterator[Question]:
    """Yield the questions about these relations, those of one identity in a row."""
    roles = sorted({identity.role for identity in identities})
    rows = database.rows(query("questions"), {"relations": list(relations), "roles": roles})
    for identity in identities:
        for relation, schema, role, command, statement, granted, named, admitted, everything in rows:
            if role == identity.role:
                yield Question(
                    relation=relation,
                    schema=schema,
                    identity=identity,
                    command=Command(command),
                    statement=statement,
                    granted=granted,
                    named=named,
                    admitted=admitted,
                    everything=everything,
                )


def _cell(answer: Answer) -> Cell:
    question = answer.question
    result, basis, reason = _reading(answer)
    return Cell(
        identity=question.identity.name,
        command=question.command,
        result=result,
        sqlstate=None if answer.sqlstate == PLANNED else answer.sqlstate,
        reason=reason,
        basis=basis,
        role=question.identity.role if question.identity.added else "",
    )


def _reading(answer: Answer) -> tuple[CellResult, Basis | None, str | None]:
    """Say what an answer means."""
    question = answer.question
    if answer.sqlstate in (None, _GENERATED_ALWAYS) or answer.sqlstate[:2] in _NOT_AN_ANSWER:
        return CellResult.UNKNOWN, None, answer.message
    if answer.sqlstate == _INSUFFICIENT_PRIVILEGE:
        return CellResult.DENY, _basis_of_refusal(question), answer.message
    if answer.sqlstate != PLANNED:
        return CellResult.ERROR, None, answer.message
    if not question.admitted:
        why = f"row security is on and no policy admits {question.identity.role} for {question.command}"
        return CellResult.DENY, Basis.NO_POLICY, why
    return CellResult.ALLOW, Basis.EVERY_ROW if question.everything else Basis.LIMITED, None


def _basis_of_refusal(question: Question) -> Basis:
    if question.granted:
        return Basis.INSIDE
    return Basis.FORGOTTEN_GRANT if question.named else Basis.NO_GRANT
