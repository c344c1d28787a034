"""Read what tests write: lines of the Test Anything Protocol."""

import re
from dataclasses import dataclass, field
from typing import Final

from orchestrator.domain.declared import DeclaredTest, FileOutcome, Mistake, TestOutcome

_PLAN: Final = re.compile(r"1\.\.(\d+)\s*(?:#\s*SKIP\S*\s*(?P<why>.*))?", re.IGNORECASE)
_TEST: Final = re.compile(
    r"(?P<bad>not )?ok\b(?:\s+(?P<number>\d+))?\s*(?:-\s*)?(?P<name>.*?)"
    r"(?:\s*(?<!\\)#\s*(?P<directive>TODO|SKIP)\b\s*(?P<why>.*))?",
    re.IGNORECASE,
)
_BAIL: Final = re.compile(r"Bail out!\s*(.*)", re.IGNORECASE)
#: so many lines are kept of what one test says about its failure
_MOST_LINES: Final = 40


@dataclass(kw_only=True, slots=True)
class _Heard:
    """One test as it was told; what it says about its failure comes in the lines behind it."""

    line: int
    number: int
    name: str
    outcome: TestOutcome
    details: list[str] = field(default_factory=list)


class Tap:
    """The lines of one file."""

    def __init__(self, file: str) -> None:
        """Listen to this file."""
        self._file = file
        self._plan: int | None = None
        self._plans = 0
        self._tests: list[_Heard] = []
        #: what tests inside the next test said about their failures
        self._inside: list[str] = []
        #: None: nobody gave up; else why the file did, for all of them
        self.gave_up: str | None = None
        self._left_out: str | None = None
        self._at = 0

    def hear(self, text: str, line: int) -> None:
        """Read what one statement, of that line, gave back."""
        if line != self._at:
            self._at, self._inside = line, []
        for one in text.split("\n"):
            self._hear(one.rstrip())

    def _hear(self, text: str) -> None:
        if text[:1].isspace():
            self._hear_inside(text.strip())
        elif text.startswith("#"):
            self._hear_detail(text[1:].removeprefix(" "))
        elif plan := _PLAN.fullmatch(text):
            self._plans += 1
            self._plan, self._left_out = int(plan[1]), plan["why"]
        elif test := _TEST.fullmatch(text):
            self._hear_test(test)
        elif bail := _BAIL.fullmatch(text):
            self.gave_up = bail[1]

    def _hear_inside(self, text: str) -> None:
        test = _TEST.fullmatch(text)
        if self._inside or (test and test["bad"] and not test["directive"]):
            self._inside.append(text.removeprefix("# "))

    def _hear_detail(self, text: str) -> None:
        last = self._tests[-1] if self._tests else None
        if last and last.line == self._at and last.outcome is TestOutcome.FAIL and text:
            last.details.append(text)

    def _hear_test(self, test: re.Match[str]) -> None:
        outcome = TestOutcome.FAIL if test["bad"] else TestOutcome.PASS
        if test["directive"]:
            outcome = TestOutcome(test["directive"].lower())
        details = self._inside if outcome is TestOutcome.FAIL else [test["why"]] if test["why"] else []
        self._inside = []
        number = int(test["number"] or len(self._tests) + 1)
        heard = _Heard(line=self._at, number=number, name=test["name"].strip(), outcome=outcome)
        heard.details = details
        self._tests.append(heard)

    @property
    def tests(self) -> tuple[DeclaredTest, ...]:
        """The tests heard so far."""
        return tuple(
            DeclaredTest(
                file=self._file,
                line=each.line,
                number=each.number,
                name=each.name,
                outcome=each.outcome,
                detail="\n".join(each.details[:_MOST_LINES]),
            )
            for each in self._tests
        )

    def verdict(self) -> tuple[FileOutcome, tuple[Mistake, ...]]:
        """Say what the whole file came to, when it ran to its end."""
        if mistake := self._mistake():
            return FileOutcome.FAILED, (mistake,)
        if self._plan is None:
            return FileOutcome.NO_TESTS, ()
        if not self._tests:
            return FileOutcome.SKIPPED, ()
        failed = any(each.outcome is TestOutcome.FAIL for each in self._tests)
        return FileOutcome.FAILED if failed else FileOutcome.PASSED, ()

    def _mistake(self) -> Mistake | None:
        ran, at = len(self._tests), self._tests[-1].line if self._tests else 1
        if self.gave_up is not None:
            return Mistake(
                line=self._at, message=f"the file gave up: {self.gave_up or 'it does not say why'}"
            )
        if self._plans > 1:
            return Mistake(line=self._at, message="the file plans twice", remedy="make it two files")
        if self._plan is None and ran:
            message = f"{ran} tests ran and none were planned"
            return Mistake(line=at, message=message, remedy="select plan(n) before them, and finish() behind")
        if self._plan is not None and self._plan != ran and not (self._left_out and not ran):
            message = f"planned {self._plan} tests, ran {ran}"
            return Mistake(line=at, message=message, remedy=f"did all of them run? Then select plan({ran})")
        return None
