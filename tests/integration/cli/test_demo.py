"""`bascule demo` as a person runs it: the whole story, and nobody left behind however it ends."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.integration.embedded.running import eventually, everybody, survivors
from tests.support.folders import a_folder
from tests.support.pages import fenced, page, sections

pytestmark = pytest.mark.servers

ROOT = Path(__file__).parents[3]
#: a settings file of a real service, which the demo must not touch
OTHERS = {"BASCULE_SETTINGS": "/nonexistent/production.toml", "BASCULE__SERVICE__LISTEN": "0.0.0.0:1"}


def demo(*options: str, temporary: Path) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BASCULE")}
    return subprocess.Popen(
        [sys.executable, "-m", "orchestrator", "demo", *options],
        cwd=ROOT,
        env={**environment, **OTHERS, "TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def temporary() -> Iterator[Path]:
    """A directory for temporary files that the servers' user can pass through."""
    with a_folder("demo") as folder:
        yield folder


def read_until(running: subprocess.Popen[str], words: str) -> str:
    assert running.stdout is not None
    seen = []
    for line in running.stdout:
        seen.append(line)
        if words in line:
            return "".join(seen)
    raise AssertionError(f"{words!r} never came: {''.join(seen)}")


def family(pid: int) -> dict[int, str]:
    """All descendants of a process: pid -> when it was started."""
    processes = everybody()
    found, last = {pid}, 0
    while len(found) != last:
        last = len(found)
        found |= {child for child, (parent, _, _) in processes.items() if parent in found}
    return {child: processes[child][1] for child in found - {pid}}


def timeless(told: str) -> str:
    """What is the same each time: no durations, and no spaces that line them up."""
    return " ".join(re.sub(r"[\d.]+ m?s\b", "", told).split())


def left_in(folder: Path) -> Sequence[Path]:
    return sorted(folder.glob("bascule-demo-*"))


def test_every_act_ends_as_told_and_nothing_is_left(temporary: Path) -> None:
    running = demo("--exit", "--json", temporary=temporary)
    out, err = running.communicate(timeout=90)
    assert running.returncode == 0, err
    told: dict[str, Any] = json.loads(out)
    assert told["as_told"]
    assert [(part["act"], part["ended"]) for part in told["acts"]] == [
        (0, "adopted"),
        (1, "succeeded"),
        (2, "refused"),
        (3, "refused"),
        (4, "rolled back"),
        (5, "refused"),
        (6, "succeeded"),
        (6, "succeeded"),
    ]
    assert "7 rows of public.customers in 3 groups share the same (phone); id: " in timeless(err)
    assert max(map(len, err.splitlines())) <= 80
    assert not left_in(temporary)
    samples = fenced(sections(page("README.md"))["When something fails"], "")
    assert len(samples) == 3
    assert all(timeless(sample) in timeless(err) for sample in samples)


def test_it_serves_until_it_is_told_to_stop_and_the_story_begins_anew_in_the_same_place(
    temporary: Path,
) -> None:
    """The second start finds databases, ledger and repository of the first, which was killed."""
    state = temporary / "named"
    first = demo("--state", str(state), temporary=temporary)
    read_until(first, "Act 1")
    kin = family(first.pid)
    assert len(kin) >= 7, "PostgreSQL, the scratch server, Valkey, web, relay, worker and its child"
    [scratch] = [json.loads(file.read_text()) for file in state.glob("scratch/*/server.json")]
    assert int(scratch["owner"].split()[0]) == first.pid, "it is there before anybody rehearses"
    assert int(scratch["server"].split()[0]) in kin
    first.kill()
    first.communicate(timeout=10)
    eventually(lambda: not survivors(kin))

    second = demo("--state", str(state), temporary=temporary)
    told = read_until(second, "keeps serving")
    assert "did not end as told" not in told, told
    kin = family(second.pid)
    second.send_signal(signal.SIGINT)
    out, err = second.communicate(timeout=30)
    assert second.returncode == 0, (told, out, err)
    assert not survivors(kin)
    assert (state / "demo.toml").exists()


def test_a_signal_in_the_middle_ends_everything(temporary: Path) -> None:
    running = demo(temporary=temporary)
    read_until(running, "$ git push")
    kin = family(running.pid)
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=30)
    assert running.returncode == 130
    assert not survivors(kin)
    assert not left_in(temporary)


def test_what_a_killed_demo_left_is_swept_by_the_next(temporary: Path) -> None:
    running = demo(temporary=temporary)
    read_until(running, "lies in")
    eventually(lambda: any((folder / "lock").exists() for folder in left_in(temporary)))
    kin = family(running.pid)
    running.kill()
    running.communicate(timeout=10)
    eventually(lambda: not survivors(kin))
    [left] = left_in(temporary)
    after = demo(temporary=temporary)
    read_until(after, "lies in")
    assert not left.exists()
    after.send_signal(signal.SIGTERM)
    after.communicate(timeout=30)
    assert not left_in(temporary)


def test_a_directory_that_holds_something_else_is_refused(temporary: Path) -> None:
    (temporary / "mine").mkdir()
    (temporary / "mine/thesis.txt").write_text("months of work")
    running = demo("--state", str(temporary / "mine"), temporary=temporary)
    out, err = running.communicate(timeout=30)
    assert running.returncode == 2
    assert "holds something that the demo did not put there" in " ".join((out + err).split())
    assert [file.name for file in (temporary / "mine").iterdir()] == ["thesis.txt"]
