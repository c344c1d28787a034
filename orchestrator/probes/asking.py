"""Puts questions to a database, many in one call, and comes back with every answer or the reason for none.

What takes too long costs its own answer only: the server ends the call, the question that was being
planned then is answered with 57014, and the rest is asked again until the time is up.
"""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from orchestrator.domain.matrix import Command
from orchestrator.ports import Database
from orchestrator.probes.identities import Identity
from orchestrator.probes.queries import query
from orchestrator.probes.seeding.refusals import of_planner

#: what ask.sql writes for a statement that could be planned
PLANNED: Final = "00000"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One statement to be planned as one identity, with what the catalog says about the answer."""

    relation: int
    schema: str
    identity: Identity
    command: Command
    statement: str
    #: the role holds the privilege on the relation itself
    granted: bool
    #: a permissive policy names the role, not just everybody
    named: bool
    #: row security is no obstacle, or some permissive policy applies
    admitted: bool
    #: no policy limits the rows
    everything: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back. Without a SQLSTATE the question was never put, and the message says why."""

    question: Question
    sqlstate: str | None
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long to ask. The server's own limits end a call; `total_seconds` ends the asking."""

    total_seconds: float = 60
    call_seconds: float = 10
    #: a relation that is locked that long is not asked about any further in this call
    lock_seconds: float = 0.5


def answers(database: Database, questions: Sequence[Question], *, until: float) -> Iterator[Answer]:
    """Answer each question before the moment `until` of the monotonic clock.

    Those of one identity in a row are asked under one change of role.
    """
    rest = list(questions)
    while rest and time.monotonic() < until:
        answered = list(_ask(database, rest))
        yield from answered
        rest = rest[len(answered) :]
    yield from _all(rest, "not asked: the time for probing was over")


def _ask(database: Database, questions: Sequence[Question]) -> Iterator[Answer]:
    """Put the questions in one call; yields fewer answers than questions when the server ended it early."""
    groups = [(who, list(asked)) for who, asked in groupby(questions, key=lambda one: one.identity)]
    posed = json.dumps([_posed(who, asked) for who, asked in groups])
    database.rows(query("pose"), {"questions": posed})
    database.rows(query("ask"))
    [(found,)] = database.rows(query("answers"))
    for (_, asked), group in zip(groups, json.loads(found), strict=False):
        yield from _of_group(asked, group)


def _posed(identity: Identity, questions: Sequence[Question]) -> dict[str, Any]:
    return {
        "role": identity.role,
        "sub": identity.user,
        "claims": identity.claims,
        "statements": [question.statement for question in questions],
        "paths": [_search_path(question.schema) for question in questions],
        "relations": [question.relation for question in questions],
    }


def _search_path(schema: str) -> str:
    """Return what PostgREST sets: the request's schema, then its extra ones. Function bodies depend on it."""
    return ", ".join('"{}"'.format(name.replace('"', '""')) for name in (schema, "public", "extensions"))


def _of_group(questions: Sequence[Question], group: dict[str, Any]) -> Iterator[Answer]:
    if group["refusal"] is not None:
        yield from _all(questions, f"not asked: {group['refusal']}")
        return
    for question, sqlstate, message in zip(questions, group["states"], group["messages"], strict=False):
        yield Answer(question=question, sqlstate=sqlstate, message=of_planner(sqlstate, message))


def _all(questions: Iterable[Question], reason: str) -> Iterator[Answer]:
    for question in questions:
        yield Answer(question=question, sqlstate=None, message=reason)
