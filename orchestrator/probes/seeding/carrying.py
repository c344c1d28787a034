"""Statements for one call: each is undone and told when it fails, each gives one list of texts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

from orchestrator.ports import Database

_HAND_OVER: Final = (
    "select pg_catalog.set_config('bascule.wanted', %(wanted)s, true),"
    " pg_catalog.set_config('bascule.done', '[]', true)"
)
_TAKE: Final = "select pg_catalog.current_setting('bascule.done')"
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


#: a statement whose turn never came
LATE: Final = Carried(sqlstate="57014", message="the time for made-up rows was over")


def carry_out(database: Database, statements: Sequence[str]) -> list[Carried]:
    """Carry statements out in order and tell of each. Raises TargetError when the call itself fails."""
    told: list[Carried] = []
    for start in range(0, len(statements), _MOST):
        part = statements[start : start + _MOST]
        database.rows(_HAND_OVER, {"wanted": json.dumps(part)})
        database.rows(_SQL)
        [(done,)] = database.rows(_TAKE)
        told += [_carried(each) for each in json.loads(done)]
        told += [LATE] * (start + len(part) - len(told))
    return told


def _carried(told: dict[str, object]) -> Carried:
    if "state" not in told:
        gave = told["gave"]
        return Carried(gave=tuple(gave) if isinstance(gave, list) else None)
    return Carried(
        sqlstate=str(told["state"]),
        message=str(told["message"]),
        constraint=str(told["constraint"] or ""),
        column=str(told["column"] or ""),
    )


_SQL: Final = resources.files(__package__).joinpath("carry_out.sql").read_text(encoding="utf-8")
