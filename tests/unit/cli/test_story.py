"""A stage in one line."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from orchestrator.cli.output import Output
from orchestrator.cli.story import tell_run
from orchestrator.domain.deployment import Applied, Outcome, Stage, StageRun
from orchestrator.domain.rehearsal import CopyOrigin, Rehearsal
from tests.support.told_deployments import run
from tests.support.told_rehearsals import REHEARSAL

NOW = datetime(2026, 3, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("verdicts", "gist"),
    [
        (("proven",), "1 rollback proven"),
        (("proven", "proven"), "2 rollbacks proven"),
        (("proven", "lossy", "proven"), "2 of 3 rollbacks proven"),
        (("unproven",), "0 of 1 rollback proven"),
        ((), ""),
    ],
)
def test_a_rehearsal_says_how_many_ways_back_it_proved(
    verdicts: Sequence[str], gist: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rehearsed = StageRun(
        stage=Stage.REHEARSE,
        outcome=Outcome.PASSED,
        attempt=1,
        started=NOW,
        finished=NOW,
        findings=(),
        failure=None,
        gave={
            "rollbacks": [
                {"verdict": each, "source": "file", "version": "20260101000000"} for each in verdicts
            ]
        },
    )
    tell_run(Output(as_json=False), rehearsed, rest_at=None)
    assert capsys.readouterr().out.splitlines()[0].split(" ms", 1)[1].strip() == gist


def told(
    rehearsal: Rehearsal, capsys: pytest.CaptureFixture[str], *, rest_at: str | None = None
) -> list[str]:
    tell_run(Output(as_json=False), run(Stage.REHEARSE, rehearsal), rest_at=rest_at)
    head, *lines = capsys.readouterr().out.splitlines()
    return [head.split(" ms", 1)[1].strip(), *(line.strip() for line in lines)]


@pytest.mark.parametrize("rest_at", [None, "bascule show 18"])
def test_below_it_stand_the_verdicts_that_are_not_proven(
    rest_at: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(REHEARSAL, capsys, rest_at=rest_at) == [
        "2 of 6 rollbacks proven, 1 drafted; copy kept",
        "20261121081000 lossy (the author's file)",
        "20261121081500 irreversible (the author's file)",
        "20261121082000 unproven (the author's file)",
        "20261121082500 missing (no file, and no draft holds)",
    ]


def test_as_it_goes_by_only_a_few_verdicts_are_told_and_the_rest_is_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    many = replace(REHEARSAL, rollbacks=(REHEARSAL.rollbacks[2],) * 60)
    assert told(many, capsys, rest_at="bascule show 18")[-1] == "and 55 more"
    assert len(told(many, capsys)) == 61


def test_a_rehearsal_on_a_database_built_from_files_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    built = replace(REHEARSAL, copy=replace(REHEARSAL.copy, origin=CopyOrigin.FILES), rollbacks=())
    assert told(built, capsys) == ["built from the files"]


def test_a_rehearsal_that_was_left_out_says_so_and_one_transaction_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell_run(Output(as_json=False), run(Stage.REHEARSE, None, Outcome.SKIPPED), rest_at=None)
    assert "left out: rehearse = false" in capsys.readouterr().out
    tell_run(Output(as_json=False), run(Stage.APPLY, Applied(at_once=True)), rest_at=None)
    assert "0 applied, all in one transaction" in capsys.readouterr().out
