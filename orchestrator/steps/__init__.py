"""Where each stage's inputs come from: the ledger, the settings, a target's connection.

What one stage gives is what a later one takes, kept in the ledger in between: so each stage keeps precise
types, and each may be carried out by another worker.
"""

from orchestrator.steps.back import do_rollback
from orchestrator.steps.doubt import look_again
from orchestrator.steps.forward import (
    do_apply,
    do_checkout,
    do_observe,
    do_plan,
    do_rehearse,
    do_smoke,
    do_validate,
)
from orchestrator.steps.kept import planned_of, undone_of
from orchestrator.steps.tools import GoBack, Result, Tools

__all__ = [
    "GoBack",
    "Result",
    "Tools",
    "do_apply",
    "do_checkout",
    "do_observe",
    "do_plan",
    "do_rehearse",
    "do_rollback",
    "do_smoke",
    "do_validate",
    "look_again",
    "planned_of",
    "undone_of",
]
