"""What a throw-away server's answers mean. Its words are left out: they come in any language."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg

from orchestrator.domain.errors import BasculeError, ConfigurationError, Unavailable

#: classes of SQLSTATE that say nothing against the server: no connection left, no room, busy, shutting down
_PASSING: Final = frozenset({"53", "55", "57"})


@contextmanager
def explained(where_to_look: str) -> Iterator[None]:
    """Turn what a server or the way to it said into Unavailable or ConfigurationError."""
    try:
        yield
    except psycopg.Error as fault:
        raise _explanation(fault, where_to_look) from None


def _explanation(fault: psycopg.Error, where_to_look: str) -> BasculeError:
    state = fault.sqlstate or ""
    if state[:2] in _PASSING or (not state and isinstance(fault, psycopg.OperationalError)):
        return Unavailable(
            f"the scratch server is away or busy (SQLSTATE {state or 'none'})",
            code="scratch-away",
            remedy=f"it is tried again; {where_to_look}",
            sqlstate=state or None,
        )
    return ConfigurationError(
        f"the scratch server cannot be used (SQLSTATE {state or 'none'})",
        code="scratch-unusable",
        remedy=f"see what it says: {where_to_look}",
        sqlstate=state or None,
    )
