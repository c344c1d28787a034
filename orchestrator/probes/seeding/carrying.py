"""Statements for one call: each is undone and told when it fails, each gives one list of texts."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

from orchestrator.ports import Database
from orchestrator.probes.seeding.refusals import words_of

_HAND_OVER: Final = (
    "select pg_catalog.set_config('bascule.wanted', %(wanted)s, true),"
    " pg_catalog.set_config('bascule.done', '[]', true)"
)
_TAKE: Final = "select pg_catalog.current_setting('bascule.done')"
_LIMIT: Final = (
    "select setting::pg_catalog.float8 / 1000 from pg_catalog.pg_settings where name = 'statement_timeout'"
)
#: so much SQL goes into one call
_MOST: Final = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """What came of one statement."""

    #: None: it gave no row
    gave: tuple[str | None, ...] | None = None
    #: None: it succeeded
    sqlstate: str | None = None
    message: str = ""
    constraint: str = ""
    column: str = ""


#: a statement that took too long, or whose turn never came
LATE: Final = Carried(sqlstate="57014", message="it took too long")


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One statement, and what it is about."""

    sql: str
    #: pg_class.oid
    table: int


def carry_out(
    database: Database, statements: Sequence[Statement], *, until: float, verbatim: bool = False
) -> list[Carried]:
    """Carry statements out in order and tell of each, up to the moment `until` of the monotonic clock.

    Where one takes too long, none about the same table has its turn afterwards. `verbatim` tells refusals in
    the server's own words. Raises TargetError when a call itself fails.
    """
    told: dict[int, Carried] = {}
    slow: set[int] = set()
    ahead = list(enumerate(statements))
    while ahead and time.monotonic() < until:
        part = ahead[:_MOST]
        answers = _call(database, [statement.sql for _, statement in part], verbatim=verbatim)
        told |= {place: answer for (place, _), (answer, _) in zip(part, answers, strict=False)}
        if len(answers) < len(part):
            spent = [(part[place][1].table, took) for place, (_, took) in enumerate(answers)]
            left = limit_of(database) - sum(took for _, took in spent)
            slow.add(slowest([*spent, (part[len(answers)][1].table, left)]))
        ahead = [each for each in ahead[len(answers) :] if each[1].table not in slow]
    return [told.get(place, LATE) for place in range(len(statements))]


def slowest(spent: Sequence[tuple[int, float]]) -> int:
    """Say on which table most of the time was spent: it need not be the one at which the time was over."""
    seconds: dict[int, float] = {}
    for table, took in spent:
        seconds[table] = seconds.get(table, 0) + took
    return max(seconds, key=lambda table: seconds[table])


def limit_of(database: Database) -> float:
    """Return the seconds that one call may take."""
    [(limit,)] = database.rows(_LIMIT)
    return float(limit)


def _call(database: Database, statements: Sequence[str], *, verbatim: bool) -> list[tuple[Carried, float]]:
    """Carry them out in one call; the answers, with seconds, are fewer where it was ended early."""
    database.rows(_HAND_OVER, {"wanted": json.dumps(statements)})
    database.rows(_SQL)
    [(done,)] = database.rows(_TAKE)
    return [(_carried(each, verbatim=verbatim), float(each["took"])) for each in json.loads(done)]


def _carried(told: dict[str, object], *, verbatim: bool) -> Carried:
    if "state" not in told:
        gave = told["gave"]
        return Carried(gave=tuple(gave) if isinstance(gave, list) else None)
    return Carried(
        sqlstate=str(told["state"]),
        message=words_of(told, verbatim=verbatim),
        constraint=str(told["constraint"] or ""),
        column=str(told["column"] or ""),
    )


_SQL: Final = resources.files(__package__).joinpath("carry_out.sql").read_text(encoding="utf-8")
