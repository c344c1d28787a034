"""Look at the target just before anything changes.

Takes          a READ ONLY transaction on the target, and the schemas that its API exposes
Gives          Observation: the facts, kept in the ledger, their fingerprint, and the matrix
Fails with     TargetError when the catalog cannot be read; Unavailable when the target or the ledger is away
Leaves behind  the facts in the ledger; nothing on the target

A question of the matrix that the server does not answer in time fails nothing: its cell is unknown.
"""

from collections.abc import Sequence

from orchestrator.catalog import facts
from orchestrator.domain.deployment import Done, Observation, Outcome
from orchestrator.ports import ContentStore, Database
from orchestrator.probes import matrix


def run(
    database: Database, *, kept: ContentStore, exposed_schemas: Sequence[str], times: int = 1
) -> Done[Observation]:
    """Read facts and matrix in one transaction, and keep the facts; `times`: the how manieth look this is."""
    found = facts.read(database)
    asked = matrix.ask(database, exposed_schemas)
    return Done(
        outcome=Outcome.PASSED,
        gave=Observation(
            facts=facts.keep(found, kept), fingerprint=found.fingerprint, matrix=asked, times=times
        ),
    )
