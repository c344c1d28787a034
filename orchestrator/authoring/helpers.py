"""Helpers that many migrations share: what earlier ones made is used, what none made is made.

So the rollback of each drops what its own migration made, and nothing that an earlier one needs.
"""

from collections.abc import Mapping
from typing import Final

from orchestrator.domain.shape import Name, Shape

_PRIVATE: Final = "private"
_TRIGGER: Final = "trigger"
#: what people call the trigger function that keeps updated_at true; the first is ours
_KEEPS_UPDATED_AT: Final = (
    "set_updated_at",
    "update_updated_at_column",
    "update_updated_at",
    "handle_updated_at",
    "update_timestamp",
)


def helpers_in(earlier: Shape) -> Mapping[str, str | bool]:
    """Return what templates ask: what a helper is called, and whether the migration makes it."""
    keeps = _keeps_updated_at(earlier)
    return {
        "set_updated_at": str(keeps or Name("public", _KEEPS_UPDATED_AT[0])),
        "makes_set_updated_at": keeps is None,
        "makes_private": _PRIVATE not in earlier.schemas,
        "makes_is_admin": not _has(earlier, Name(_PRIVATE, "is_admin")),
        "makes_own_partner_ids": not _has(earlier, Name(_PRIVATE, "own_partner_ids")),
    }


def _keeps_updated_at(earlier: Shape) -> Name | None:
    usual = (name for name in earlier.functions if name.name in _KEEPS_UPDATED_AT)
    return next((name for name in usual if _has(earlier, name, returns=_TRIGGER)), None)


def _has(earlier: Shape, name: Name, *, returns: str | None = None) -> bool:
    """Tell whether a function is there that wants no argument."""
    functions = earlier.functions.get(name, ())
    return any(not one.arguments and returns in (None, one.returns) for one in functions)
