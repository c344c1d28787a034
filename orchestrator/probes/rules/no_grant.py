"""A new table that no API role may use, service_role included.

New Supabase projects grant nothing on new tables; there every table needs its GRANT.
"""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.probes.identities import ANON
from orchestrator.probes.seen import Seen, lacks_grant
from orchestrator.probes.words import grant, roles

RULE = "no-grant"


def check(seen: Seen) -> Iterator[Finding]:
    """Yield a warning. A partition needs no grants: it is reached through its table."""
    cells = seen.now.cells
    if not seen.is_new or seen.now.partition_of or not cells or not all(map(lacks_grant, cells)):
        return
    signed_in = [cell for cell in cells if cell.identity != ANON.name]
    yield seen.finding(
        RULE,
        Severity.WARNING,
        f"{seen.now.name} is {'' if seen.alone else 'new and '}granted to none of {', '.join(roles(cells))}",
        effect="every request through the API is refused with 42501, the service's own too",
        remedy=grant(seen.now.name, signed_in) + _usage(seen),
    )


def _usage(seen: Seen) -> str:
    schema = seen.now.name.split(".")[0]
    return "" if schema == "public" else f" and, if it is missing too, usage on schema {schema}"
