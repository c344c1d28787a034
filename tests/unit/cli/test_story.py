"""A stage in one line."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from orchestrator.cli.output import Output
from orchestrator.cli.story import tell_run
from orchestrator.domain.deployment import Outcome, Stage, StageRun

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
        gave={"rollbacks": [{"verdict": verdict} for verdict in verdicts]},
    )
    tell_run(Output(as_json=False), rehearsed, rest_at=None)
    assert capsys.readouterr().out.split(" ms", 1)[1].strip() == gist
