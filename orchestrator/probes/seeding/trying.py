"""Carries tries out, many in one call, and reads what they show."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import groupby
from typing import Any, Final

from orchestrator.ports import Database
from orchestrator.probes.seeding.carrying import slowest
from orchestrator.probes.seeding.refusals import words_of
from orchestrator.probes.seeding.tries import Try

_HAND_OVER: Final = (
    "select pg_catalog.set_config('bascule.wanted', %(wanted)s, true),"
    " pg_catalog.set_config('bascule.done', '[]', true)"
)
_TAKE: Final = "select pg_catalog.current_setting('bascule.done')"
_MOST: Final = 600
_CANCELLED: Final = "57014"
THROUGH: Final = "00000"
#: row security comes before these, so that it has let the row through
_AFTER_POLICIES: Final = frozenset({"23502", "23503", "23505", "23514", "23P01"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """What came of one try."""

    tried: Try
    #: places of the try's rows, from 0, that it reached
    reached: frozenset[int]
    #: None: it went through, or was refused only after row security had let it pass
    sqlstate: str | None = None
    message: str = ""
    #: its turn never came
    late: bool = False
    seconds: float = 0


def carry_out_tries(
    database: Database, tries: Sequence[Try], *, until: float, verbatim: bool = False
) -> Iterator[Tried]:
    """Try each in turn, those of one identity in a row; raises TargetError when a call itself fails.

    Where one takes too long, none with the same table has its turn afterwards. `verbatim` tells refusals in
    the server's own words.
    """
    rest = list(tries)
    late: list[Try] = []
    while rest and time.monotonic() < until:
        told = list(_call(database, rest[:_MOST], verbatim=verbatim))
        if not told:
            break
        if told[-1].sqlstate != _CANCELLED:
            yield from told
            rest = rest[len(told) :]
        else:
            slow = slowest([(each.tried.table.oid, each.seconds) for each in told])
            if told[-1].tried.table.oid != slow:
                told.pop()  # the time of others was over in its turn: it has another
            yield from told
            rest = rest[len(told) :]
            late += [one for one in rest if one.table.oid == slow]
            rest = [one for one in rest if one.table.oid != slow]
    for tried in (*late, *rest):
        yield Tried(
            tried=tried,
            reached=frozenset(),
            sqlstate=_CANCELLED,
            message="it, or what was tried before it, took too long",
            late=True,
        )


def _call(database: Database, tries: Sequence[Try], *, verbatim: bool) -> Iterator[Tried]:
    groups = [(who, list(each)) for who, each in groupby(tries, key=lambda one: one.identity)]
    wanted = [
        {
            "role": who.role,
            "sub": who.user,
            "claims": who.claims,
            "tries": [
                {
                    "first": (one.grab.statement or None) if one.grab else None,
                    "statement": one.statement,
                    "look": one.look,
                    "gives": "count",
                    "path": _path(one),
                }
                for one in each
            ],
        }
        for who, each in groups
    ]
    database.rows(_HAND_OVER, {"wanted": json.dumps(wanted)})
    database.rows(_SQL)
    [(done,)] = database.rows(_TAKE)
    for (_, each), told in zip(groups, json.loads(done), strict=False):
        for one, answer in zip(each, told, strict=False):
            yield _read(one, answer, verbatim=verbatim)


def _read(tried: Try, answer: dict[str, Any], *, verbatim: bool) -> Tried:
    state = answer["state"]
    seconds = float(answer["took"])
    every = frozenset(range(len(tried.seeds)))
    if state == THROUGH:
        if tried.look is not None:
            reached = frozenset(int(number) - 1 for number in answer["rows"] or ())
        else:
            reached = every if answer["count"] else frozenset()
        return Tried(tried=tried, reached=reached, seconds=seconds)
    if state in _AFTER_POLICIES and tried.grab is None:
        return Tried(
            tried=tried,
            reached=every if len(every) == 1 else frozenset(),
            sqlstate=None if len(every) == 1 else state,
            seconds=seconds,
        )
    message = words_of(answer, verbatim=verbatim)
    return Tried(tried=tried, reached=frozenset(), sqlstate=state, message=message, seconds=seconds)


def _path(tried: Try) -> str:
    """Return what PostgREST sets: the request's schema, then its extra ones."""
    return ", ".join(
        '"{}"'.format(name.replace('"', '""')) for name in (tried.table.schema, "public", "extensions")
    )


_SQL: Final = resources.files(__package__).joinpath("try.sql").read_text(encoding="utf-8")
