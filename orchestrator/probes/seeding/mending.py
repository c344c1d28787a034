"""What a refused row is changed in before it is tried again, and when that has no point."""

from typing import Final

from orchestrator.probes.seeding.bounds import leading_into
from orchestrator.probes.seeding.carrying import Carried
from orchestrator.probes.seeding.ground import Ground, Table
from orchestrator.probes.seeding.rows import Draft, Numbers
from orchestrator.probes.seeding.users import USERS
from orchestrator.probes.seeding.values import made_up

#: other values that are tried to hit a partition
_MOST_STEPS: Final = 16
#: so often for the same reason
MOST_ALIKE: Final = 3


def note(draft: Draft, answer: Carried) -> None:
    """Remember why a row was refused."""
    draft.refused.append(_reason(answer))


def times(draft: Draft, answer: Carried) -> int:
    """Say how often a row was refused for this reason."""
    return draft.refused.count(_reason(answer))


def is_hopeless(draft: Draft, answer: Carried) -> bool:
    """Tell whether it was refused for this reason too often."""
    return times(draft, answer) > (_MOST_STEPS if _is_astray(draft, answer) else MOST_ALIKE)


def mended(ground: Ground, draft: Draft, answer: Carried, numbers: Numbers) -> bool:
    """Change what the server complained about. False: there is nothing to change."""
    table = draft.table
    if answer.sqlstate == "23502" and answer.column in table.columns:
        draft.values[answer.column] = made_up(table.columns[answer.column], numbers.next())
        return draft.values[answer.column] is not None
    if _is_astray(draft, answer):
        _step(ground, draft)
        return True
    if answer.sqlstate in ("23505", "23P01"):
        fixed = draft.fixed | draft.led
        fresh = [name for name in draft.values if name not in fixed and _varies(table, name)]
        for name in fresh:
            draft.values[name] = made_up(table.columns[name], numbers.next())
        _step(ground, draft)
        return bool(fresh or draft.led)
    return False


def _step(ground: Ground, draft: Draft) -> None:
    """Lead it into its partition by other values."""
    draft.step += len(USERS)
    draft.values |= leading_into(ground, draft.table, draft.step)


def _is_astray(draft: Draft, answer: Carried) -> bool:
    """Tell whether a row does not belong into its partition: such a refusal names no constraint."""
    return answer.sqlstate == "23514" and not answer.constraint and draft.table.bound is not None


def _reason(answer: Carried) -> tuple[str, str, str]:
    return (answer.sqlstate or "", answer.constraint, answer.column)


def _varies(table: Table, name: str) -> bool:
    column = table.columns[name]
    return made_up(column, 1) != made_up(column, 2)
