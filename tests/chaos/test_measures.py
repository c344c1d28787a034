import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.crew import Member
from tests.chaos.measures import Growth, of_a_process

_LEAKS = """
import subprocess, sys, threading, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("begun", flush=True)
sys.stdin.readline()
held = [open(__import__("os").devnull) for _ in range(40)]
for _ in range(10):
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
held.append(b"x" * 40 * 2**20)
print("leaked", flush=True)
sys.stdin.readline()
child.kill()
"""


@pytest.mark.parametrize(
    ("what", "before", "after", "too_much"),
    [
        ("memory, MiB", 100, 109.9, False),
        ("memory, MiB", 100, 110.1, True),
        ("threads", 3, 5, False),
        ("threads", 3, 6, True),
        ("descriptors", 50, 60, False),
        ("descriptors", 50, 61, True),
        ("rows in the outbox", 0, 10, False),
        ("rows in the outbox", 0, 11, True),
    ],
)
def test_what_comes_and_goes_may_be_a_few_more(
    what: str, before: float, after: float, *, too_much: bool
) -> None:
    assert Growth(who="web 1", what=what, before=before, after=after).too_much is too_much


def test_a_process_that_leaks_is_seen_and_its_children_count_with_it(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _LEAKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        member = Member(part="web", number=1, environment={}, log=tmp_path / "log", process=process)
        process.stdout.readline()
        before = {what: much for _, what, much in of_a_process(member)}
        process.stdin.write(b"\n")
        process.stdin.flush()
        process.stdout.readline()
        after = {what: much for _, what, much in of_a_process(member)}
        process.stdin.close()
    assert before["threads"] == 2, "its own, and its child's"
    assert {
        what: Growth(who=member.name, what=what, before=before[what], after=after[what]).too_much
        for what in before
    } == {"memory, MiB": True, "descriptors": True, "threads": True}
