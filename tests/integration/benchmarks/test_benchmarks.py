"""That every benchmark runs and says what it should; how fast it was is no test's business."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PARTS = {
    "webhook_to_202": ["a webhook, 1 at once", "p50, 2 at once", "p99, while deployments run"],
    "first_stage": ["p50", "p99"],
    "push_to_succeeded": ["p50", "slowest", "  until a worker begins", "  stage apply", "  between stages"],
    "deploy_pending": [
        "3 pending, stage apply",
        "3 pending, whole",
        "  stage smoke",
        "3 pending, 2 ms away, stage apply",
        "3 pending, 2 ms away, whole",
    ],
    "long_history": ["plan and apply after 10 (peer: 5)", "  whole"],
    "large_ledger": ["a deployment with 110 rows (peer: 11)", "  how targets stand"],
    "rehearse": ["1 pending", "2 pending", "2 pending, ways back drafted"],
    "smoke": ["2 tables, asked", "2 tables, tried with rows", "3 tables, asked", "3 tables, tried with rows"],
}


def run(*words):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", "--tiny", "--no-fsync", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
        check=True,
    ).stdout


@pytest.mark.timeout(300)
@pytest.mark.servers
def test_every_benchmark_measures_itself_beside_a_peer():
    said = json.loads(run("--json"))
    assert said["environment"]["fsync"] == "off"
    measured = {(figure["benchmark"], figure["name"]): figure for figure in said["figures"]}
    assert {(benchmark, name) for benchmark, names in PARTS.items() for name in names} <= measured.keys()
    assert all(figure["milliseconds"] > 0 for figure in measured.values())
    compared = measured["deploy_pending", "3 pending, whole"]
    assert compared["ratio"] == compared["milliseconds"] / compared["peer_milliseconds"]


@pytest.mark.servers
def test_the_table_fits_a_terminal_of_80_columns():
    lines = run("webhook_to_202").splitlines()
    assert any(line.startswith("p50, 1 at once") for line in lines)
    assert max(map(len, lines)) <= 80
