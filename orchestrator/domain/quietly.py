"""An error of the target as a value, where what follows depends on it."""

from collections.abc import Callable

from orchestrator.domain.errors import Contention, MigrationRefused, TargetError, Unavailable


def quietly(do: Callable[[], object]) -> TargetError | MigrationRefused | None:
    """Return the target's error, or that rows are at stake.

    Raises Unavailable where somebody else is in the way.
    """
    try:
        do()
    except Contention as error:
        raise Unavailable(error.message, code=error.code, remedy=error.remedy, **error.nouns) from error
    except (TargetError, MigrationRefused) as error:
        return error
    return None
