import subprocess
import sys

import pytest

from orchestrator.cli import run

HEAVY = ("pydantic", "psycopg", "git", "httpx", "structlog", "celery", "starlette")
PROBE = """
import sys
from orchestrator.cli import run
assert run(sys.argv[1:]) == 0
print(*sys.modules, sep="\\n", file=sys.stderr)
"""


@pytest.mark.parametrize("words", [["validate", "-"], ["validate", "--format", "github", "-"], ["--version"]])
def test_what_runs_often_imports_nothing_heavy(words):
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *words], input=b"select 1;", capture_output=True, timeout=60, check=True
    )
    assert not set(done.stderr.decode().split()) & set(HEAVY)


def test_only_the_verb_that_is_asked_for_is_imported():
    done = subprocess.run(
        [sys.executable, "-c", PROBE, "validate", "-"],
        input=b"select 1;",
        capture_output=True,
        timeout=60,
        check=True,
    )
    verbs = [name for name in done.stderr.decode().split() if name.startswith("orchestrator.cli.verbs.")]
    assert verbs == ["orchestrator.cli.verbs.validate"]


@pytest.mark.parametrize(
    "words",
    [["show", "x"], ["show", "0"], ["status", "--limit", "many"], ["deploy", "staging", "--timeout", "0"]],
)
def test_values_that_are_not_plain_are_still_read_and_judged(words, capsys):
    assert run(words) == 2
    assert "Invalid value" in capsys.readouterr().err
