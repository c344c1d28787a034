"""Read the SQL that is about to run, before any database sees it.

Takes          a Plan whose findings do not block, and the contents of its files
Gives          nothing but findings
Fails with     nothing of its own
Leaves behind  nothing
"""

from collections.abc import Mapping
from itertools import chain

from orchestrator.domain.deployment import Done, Outcome
from orchestrator.domain.finding import Verdict, verdict_of, worst_first
from orchestrator.domain.plan import Plan
from orchestrator.validation.check import check_file


def run(plan: Plan, *, contents: Mapping[str, bytes]) -> Done[None]:
    """Check every pending migration and its rollback; what is applied already is not looked at.

    `contents` holds the bytes of these files by sha256; KeyError when one is missing.
    """
    files = [file for each in plan.pending for file in (each.file, each.rollback) if file]
    findings = worst_first(
        chain.from_iterable(check_file(file.path, contents[file.sha256]) for file in files)
    )
    refused = verdict_of(findings) is Verdict.REFUSE
    return Done(outcome=Outcome.REFUSED if refused else Outcome.PASSED, findings=findings)
