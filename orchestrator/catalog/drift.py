"""Hold the facts of a target against those that are on record for it."""

from orchestrator.catalog.facts import facts_from_bytes
from orchestrator.domain.drift import Drift
from orchestrator.domain.facts import Facts, carried, difference


def drift_of(recorded: bytes | None, now: Facts) -> Drift:
    """Compare; what cannot be compared says why, and is no drift."""
    if recorded is None:
        return Drift(unknown="its facts were never recorded")
    try:
        expected = facts_from_bytes(recorded)
    except ValueError:
        return Drift(unknown="its facts were recorded by a version of Bascule that reads others")
    if expected.server_major != now.server_major:
        majors = f"on PostgreSQL {expected.server_major}, and it runs {now.server_major}"
        return Drift(unknown=f"its facts were recorded {majors}")
    return Drift(changes=difference(expected.all, now.all))


def expected_after(recorded: bytes, before: bytes, after: bytes) -> Facts | None:
    """Say what a target should be once somebody of us led it from `before` to `after`; None: as it is now.

    What else it had that was not on record stays drift: a deployment approves of nothing but its own.
    """
    try:
        expected, start, end = map(facts_from_bytes, (recorded, before, after))
    except ValueError:
        return None
    if {expected.server_major, start.server_major} != {end.server_major}:
        return None
    return Facts(server_major=end.server_major, all=carried(expected.all, difference(start.all, end.all)))
