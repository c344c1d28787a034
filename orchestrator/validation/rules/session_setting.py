"""A setting of the session is changed for longer than the statement needs it."""

from collections.abc import Iterator, Mapping
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import SetSetting
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule

_LIMIT: Final = (
    "Bascule puts its own limit back after each statement: here it does nothing, elsewhere it lasts"
    " until the session ends"
)
_REST_OF_FILE: Final = (
    "It holds for the rest of the file; whoever runs several files in one session has it in the next ones too"
)
_EFFECTS: Final[Mapping[str, str]] = {
    "lock_timeout": _LIMIT,
    "statement_timeout": _LIMIT,
    "search_path": "Every name without a schema behind it means something else from here on, also in the"
    " files that other runners send in the same session",
    "idle_in_transaction_session_timeout": _REST_OF_FILE,
    "idle_session_timeout": _REST_OF_FILE,
    "transaction_timeout": "Bascule's own limit for the whole migration is gone for the rest of the file",
    "row_security": _REST_OF_FILE,
}
#: as pg_dump writes them at the head of a dump
_OF_A_DUMP: Final = {
    ("lock_timeout", "0"),
    ("statement_timeout", "0"),
    ("idle_in_transaction_session_timeout", "0"),
    ("transaction_timeout", "0"),
    ("row_security", "off"),
    ("search_path", ""),
}


def check(moment: Moment[SetSetting]) -> Iterator[Finding]:
    """Report each, and the head of a dump once for each file."""
    change = moment.change
    effect = _EFFECTS.get(change.name)
    if effect is None or change.local or change.reset:
        return
    if _is_of_a_dump(change):
        if not any(
            isinstance(each.change, SetSetting) and _is_of_a_dump(each.change) for each in moment.earlier
        ):
            yield _dump(moment)
        return
    yield moment.finding(
        RULE,
        f"{change.name} is set for the session",
        effect=effect,
        remedy=_REMEDIES.get(change.name),
    )


def _is_of_a_dump(change: SetSetting) -> bool:
    return (change.name, change.value or "") in _OF_A_DUMP and not change.local and not change.reset


def _dump(moment: Moment[SetSetting]) -> Finding:
    return moment.finding(
        RULE,
        f"{moment.change.name} is set as pg_dump sets it at the head of a dump",
        severity=Severity.NOTE,
        effect="Bascule puts its limits back after each statement and gives the next file a fresh session;"
        " with other runners they stay off",
        remedy="Delete the lines SET … that pg_dump wrote: nothing in the file needs them",
    )


_TARGETS: Final = "Leave it out; the target's own limits stand in Bascule's settings"
_REMEDIES: Final = {
    "search_path": "Write the schema in front of each name, or say SET LOCAL",
    "lock_timeout": _TARGETS,
    "statement_timeout": _TARGETS,
    "transaction_timeout": _TARGETS,
}

RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A time limit, the search path or row_security is set for the session",
    effect=_REST_OF_FILE,
    remedy="Say SET LOCAL, which ends with the transaction, or leave it out",
    check=check,
    looks_at=(SetSetting,),
)
