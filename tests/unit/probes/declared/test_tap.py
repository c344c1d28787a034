import pytest

from orchestrator.domain.declared import FileOutcome, TestOutcome
from orchestrator.probes.declared.tap import Tap


def _heard(*texts: str) -> Tap:
    tap = Tap("a.sql")
    for line, text in enumerate(texts, start=1):
        tap.hear(text, line)
    return tap


@pytest.mark.parametrize(
    ("text", "number", "name", "outcome", "detail"),
    [
        ("ok 1 - it works", 1, "it works", TestOutcome.PASS, ""),
        ("ok", 1, "", TestOutcome.PASS, ""),
        ("not ok 3 - a # in the name", 3, "a # in the name", TestOutcome.FAIL, ""),
        ("not ok 3\n# Failed test 3\n#     have: 1", 3, "", TestOutcome.FAIL, "Failed test 3\n    have: 1"),
        ("ok 2 - x # SKIP no network", 2, "x", TestOutcome.SKIP, "no network"),
        ("not ok 2 # todo later\n# Failed (TODO) test 2", 2, "", TestOutcome.TODO, "later"),
    ],
)
def test_a_line_is_a_test(text: str, number: int, name: str, outcome: TestOutcome, detail: str) -> None:
    [test] = _heard(text).tests
    assert (test.number, test.name, test.outcome, test.detail) == (number, name, outcome, detail)


@pytest.mark.parametrize("text", ["okay", "not okay", "ok1x", "nothing", "", "1..", "a\tok 1"])
def test_other_text_is_none(text: str) -> None:
    tap = _heard(text)
    assert (tap.tests, tap.verdict()) == ((), (FileOutcome.NO_TESTS, ()))


def test_what_is_said_later_does_not_belong_to_a_failure() -> None:
    [test] = _heard("not ok 1", "# Looks like you failed 1 test of 1").tests
    assert test.detail == ""


@pytest.mark.parametrize(
    ("texts", "outcome", "message"),
    [
        (("1..2", "ok 1", "ok 2"), FileOutcome.PASSED, None),
        (("ok 1", "ok 2", "1..2"), FileOutcome.PASSED, None),
        (("1..2", "ok 1", "not ok 2"), FileOutcome.FAILED, None),
        (("1..2", "ok 1"), FileOutcome.FAILED, "planned 2 tests, ran 1"),
        (("ok 1",), FileOutcome.FAILED, "1 tests ran and none were planned"),
        (("1..1", "ok 1", "1..1"), FileOutcome.FAILED, "the file plans twice"),
        (("1..0 # SKIP not here",), FileOutcome.SKIPPED, None),
        (("1..3",), FileOutcome.FAILED, "planned 3 tests, ran 0"),
        (("1..1", "ok 1", "Bail out!"), FileOutcome.FAILED, "the file gave up: it does not say why"),
    ],
)
def test_a_file_passes_where_all_that_was_planned_passes(
    texts: tuple[str, ...], outcome: FileOutcome, message: str | None
) -> None:
    found, mistakes = _heard(*texts).verdict()
    assert found is outcome
    assert [each.message for each in mistakes] == ([message] if message else [])
