"""A setting of the session is changed for longer than the statement needs it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import SetLastingSetting, SetSetting
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule
from orchestrator.validation.sql_text import SqlText

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
#: pg_dump sets these as well, and hardly anybody by hand
_SIGNS_OF_A_DUMP: Final = frozenset({"standard_conforming_strings", "xmloption", "client_encoding"})
#: among how many statements they stand
_HEAD: Final = 30
#: they stop what lasts too long: to set one for a role is ordinary, to switch it off is not
_LIMITS: Final = frozenset({"lock_timeout", "statement_timeout", "transaction_timeout"})


def check(moment: Moment[SetSetting | SetLastingSetting]) -> Iterator[Finding]:
    """Report each, and the head of a dump once for each file."""
    change = moment.change
    effect = _EFFECTS.get(change.name)
    if effect is None:
        return
    if isinstance(change, SetLastingSetting):
        yield _lasting(change, moment)
    elif _is_of_a_dump(change) and _has_the_head_of_a_dump(moment.seen.file):
        if not any(
            isinstance(each.change, SetSetting) and _is_of_a_dump(each.change) for each in moment.earlier
        ):
            yield _dump(moment)
    elif not (change.local or change.reset):
        off = change.name in _LIMITS and _is_off(change)
        yield moment.finding(
            RULE,
            f"{change.name} is {'switched off' if off else 'set'} for the session",
            effect=effect,
            remedy=_REMEDIES.get(change.name),
        )


def _lasting(change: SetLastingSetting, moment: Moment[Any]) -> Finding:
    """Report what a role or a database begins with; a limit that is set is only worth a note."""
    is_limit = change.name in _LIMITS
    off = is_limit and _is_off(change)
    return moment.finding(
        RULE,
        f"{change.name} is {'switched off' if off else 'set'} for every session of {change.scope}",
        severity=Severity.NOTE if is_limit and not off else Severity.WARNING,
        effect="It holds from the next session on, for whatever connects so, until somebody takes it back;"
        " no rollback does so by itself",
        remedy=f"Set it where one function or file needs it; alter … reset {change.name} takes it back",
    )


def _is_off(change: SetSetting | SetLastingSetting) -> bool:
    return (change.value or "").rstrip("smind ") == "0"


def _is_of_a_dump(change: SetSetting) -> bool:
    return (change.name, change.value or "") in _OF_A_DUMP and not change.local and not change.reset


def _has_the_head_of_a_dump(file: SqlText) -> bool:
    return any(
        isinstance(change, SetSetting) and (change.name in _SIGNS_OF_A_DUMP or _is_called(change))
        for part in file.parts[:_HEAD]
        for change in part.parsed.changes
    )


def _is_called(change: SetSetting) -> bool:
    """Tell whether it is pg_dump's select set_config('search_path', '', false), and no SET."""
    return change.name == "search_path" and change.value == "" and change.offset > 0


def _dump(moment: Moment[Any]) -> Finding:
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
    condition="A time limit, the search path or row_security is set for the session, or for all of a role",
    effect=_REST_OF_FILE,
    remedy="Say SET LOCAL, which ends with the transaction, or leave it out",
    check=check,
    looks_at=(SetSetting, SetLastingSetting),
)
