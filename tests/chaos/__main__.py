"""`make chaos`: a long run by hand. `python -m tests.chaos --help` tells what can be chosen."""

import argparse
import random
import secrets
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.chaos.points import CRASH_POINTS
from tests.chaos.run import Report, run
from tests.chaos.town import town
from tests.support.folders import a_folder, end_orderly
from tests.support.rabbitmq import rabbitmq_server


def main() -> int:
    """Carry a run out and print what it came to; 1 where something was wrong."""
    given = _arguments()
    chance = random.Random(given.seed)
    end_orderly()
    with ExitStack() as stack:
        folder = stack.enter_context(a_folder("chaos"))
        sys.stdout.write(f"seed {given.seed}; everything lies in {folder}\n")
        broker = stack.enter_context(rabbitmq_server()) if given.broker == "rabbitmq" else None
        place = stack.enter_context(town(folder, targets=given.targets, chance=chance, broker=broker))
        report = run(
            place,
            seed=given.seed,
            deployments=given.deployments,
            faults=given.faults,
            crash_points=CRASH_POINTS,
            say=_say,
        )
        if report.wrong:
            shutil.copytree(
                folder / "logs", kept := Path(tempfile.mkdtemp(prefix="bascule-logs-")), dirs_exist_ok=True
            )
            sys.stdout.write(f"the logs are kept in {kept}\n")
    sys.stdout.write("\n".join(told(report)) + "\n")
    return 1 if report.wrong else 0


def told(report: Report) -> Iterator[str]:
    """Yield the lines of a report."""
    yield f"seed {report.seed}, {report.broker}, {report.seconds:.0f} s"
    yield f"deployments: {sum(report.deployments.values())} ({_counts(report.deployments)})"
    yield f"not succeeded: {_counts(report.reasons)}"
    yield f"changes: {_counts(report.changes)}"
    yield f"deaths at named places: {_counts(report.crash_points)}"
    yield f"faults: {report.faults.total()} of {len(report.faults)} kinds"
    yield f"  {'':38} {'times':>6} {'recovery, median':>17} {'slowest':>9}"
    for name, times in report.faults.most_common():
        took = report.recovery.get(name, [])
        median = f"{statistics.median(took):.1f} s" if took else "-"
        slowest = f"{max(took):.1f} s" if took else "-"
        yield f"  {name:38} {times:6} {median:>17} {slowest:>9}"
    yield f"violations: {len(report.wrong)}"
    yield from (f"  {each}" for each in report.wrong)


def _counts(counted: object) -> str:
    assert isinstance(counted, dict)
    return ", ".join(f"{count} {name}" for name, count in sorted(counted.items())) or "none"


def _say(line: str) -> None:
    sys.stdout.write(f"  {line}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--deployments", type=int, default=1000)
    parser.add_argument("--faults", type=int, default=500)
    parser.add_argument("--targets", type=int, default=20)
    parser.add_argument("--broker", choices=["valkey", "rabbitmq"], default="valkey")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
