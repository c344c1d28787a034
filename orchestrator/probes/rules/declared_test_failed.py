"""A test that the project declares fails on the copy, after all migrations."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from orchestrator.domain.declared import (
    FAILURES,
    DeclaredTest,
    FileOutcome,
    Mistake,
    TestedFile,
    TestOutcome,
)
from orchestrator.domain.finding import Finding, Severity, Source

RULE = "declared-test-failed"

_SHOWN = 5

_Key = tuple[int, str | None, str]


def check(after: Sequence[TestedFile], before: Sequence[TestedFile]) -> Iterator[Finding]:
    """Yield an error for each failure, a warning for one that was the same before the migrations.

    A warning, too, for a file whose turn never came: its silence must not be taken for praise.
    """
    earlier = {each.path: each for each in before}
    for each in after:
        if each.outcome in FAILURES:
            yield from _failed(each, earlier.get(each.path))
        elif each.outcome is FileOutcome.NOT_RUN:
            why = "; ".join(mistake.message for mistake in each.mistakes)
            yield _finding(each, Severity.WARNING, 1, f"not run: {why}")


def _failed(file: TestedFile, before: TestedFile | None) -> Iterator[Finding]:
    was_so = _failures(before) if before else frozenset()
    failures = [test for test in file.tests if test.outcome is TestOutcome.FAIL]
    for test in failures[:_SHOWN]:
        told = f": {test.detail}" if test.detail else ""
        yield _judged(file, test.line, f"{test.name or test.number} fails{told}", was_so=_key(test) in was_so)
    if len(failures) > _SHOWN:
        rest = failures[_SHOWN:]
        all_were_so = all(_key(test) in was_so for test in rest)
        yield _judged(file, rest[0].line, f"{len(rest)} more tests fail", was_so=all_were_so)
    for mistake in file.mistakes:
        finding = _judged(file, mistake.line, mistake.message, was_so=_key(mistake) in was_so)
        yield replace(finding, remedy=mistake.remedy or finding.remedy)


def _failures(file: TestedFile) -> frozenset[_Key]:
    failed = [test for test in file.tests if test.outcome is TestOutcome.FAIL]
    return frozenset({*map(_key, failed), *map(_key, file.mistakes)})


def _key(failure: DeclaredTest | Mistake) -> _Key:
    """Return by what a failure is known again: not by its line alone, which names no reason."""
    if isinstance(failure, DeclaredTest):
        return failure.line, failure.name, failure.detail
    return failure.line, failure.sqlstate, failure.message


def _judged(file: TestedFile, line: int, what: str, *, was_so: bool) -> Finding:
    if was_so:
        finding = _finding(file, Severity.WARNING, line, f"{what}, as it did before the migrations")
        return replace(finding, standing=True)
    return _finding(file, Severity.ERROR, line, what)


def _finding(file: TestedFile, severity: Severity, line: int, what: str) -> Finding:
    return Finding(
        rule=RULE,
        severity=severity,
        source=Source.SMOKE,
        message=f"{file.path}: {what}",
        effect="what the project says of its own database does not hold",
        remedy="mend the migration, or the test where it is the test that is wrong",
        file=file.path,
        line=line,
    )
