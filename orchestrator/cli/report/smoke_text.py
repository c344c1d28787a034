"""Smoke tests as people read them: the matrix, then what was found, the worst first, the verdict last."""

from collections.abc import Sequence

from rich.text import Text

from orchestrator.actions.smoking import Smoked
from orchestrator.cli.matrix import tell_matrix
from orchestrator.cli.output import Output
from orchestrator.cli.report.printable import printable
from orchestrator.cli.report.text import finding_lines, verdict_line
from orchestrator.cli.words import count
from orchestrator.domain.declared import FAILURES, TestedFile, TestOutcome
from orchestrator.domain.finding import Severity


def tell(output: Output, smoked: Smoked, *, whole: bool) -> None:
    """Print it all; `whole`: relations in which nothing deserves a look, too."""
    output.say(Text(f"asked: {printable(smoked.about)}", style="dim"))
    if smoked.without_rows:
        output.say(
            Text.assemble(("no rows were made up", "yellow"), f" ({smoked.without_rows}): ", _UNTRIED), hang=0
        )
    if smoked.matrix.relations:
        output.say("")
        tell_matrix(output, smoked.matrix, worth_a_look=None if whole else _worth_a_look(smoked))
    if smoked.tested:
        output.say(_tested(smoked.tested))
    findings = smoked.findings
    where = count(smoked.matrix.relations, "exposed relation")
    lines = [Text(), *finding_lines(findings, {each.path: each for each in smoked.files}, output.width)]
    output.lines([*lines, verdict_line(smoked.verdict, findings, where)])


_UNTRIED = "which rows policies let through was not tried"


def _tested(files: Sequence[TestedFile]) -> Text:
    """Count what came of declared tests; a file that broke off is told by its finding."""
    tests = [each for file in files for each in file.tests]
    failed = sum(each.outcome is TestOutcome.FAIL for each in tests)
    if failed or any(file.outcome in FAILURES for file in files):
        return Text(f"declared tests: {failed} of {len(tests)} failed", style="red")
    return Text(f"declared tests: {len(tests)} passed", style="dim")


def _worth_a_look(smoked: Smoked) -> frozenset[str]:
    about = {each.object for each in smoked.findings if each.severity is not Severity.NOTE}
    unseeded = {each.name for each in smoked.matrix.relations if each.unseeded}
    return frozenset({name for name in about if name} | unseeded)
