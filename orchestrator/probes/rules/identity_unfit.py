"""An identity of the settings could not be asked as it is meant."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.matrix import Matrix

RULE = "identity-unfit"


def check(matrix: Matrix) -> Iterator[Finding]:
    """Yield a warning for each."""
    for unfit in matrix.unfit:
        yield Finding(
            rule=RULE,
            severity=Severity.WARNING,
            source=Source.SMOKE,
            message=f"identity {unfit.name} of the settings: {unfit.reason}",
            effect="what it may do is not known, or is that of somebody who has less",
            remedy=f"mend targets.NAME.identities.{unfit.name}",
        )
