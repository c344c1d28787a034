"""The story names versions and folders; the example holds them."""

from pathlib import Path

from orchestrator.cli.demo.acts import BASELINE, STORY
from orchestrator.cli.demo.place import examples_dir

EXAMPLE = examples_dir({})


def versions(folder: Path) -> set[str]:
    return {file.name.split("_")[0] for file in (folder / "supabase/migrations").glob("*.sql")}


def test_the_baseline_is_what_the_example_begins_with():
    assert versions(EXAMPLE / "baseline") == set(BASELINE)


def test_the_acts_push_every_folder_of_the_example_in_order():
    pushed = [push.files for act in STORY for push in act.pushes if push.files]
    assert pushed == sorted(folder.name for folder in (EXAMPLE / "acts").iterdir())


def test_what_a_push_leaves_in_the_history_are_versions_that_were_pushed():
    known = set(BASELINE)
    for push in (push for act in STORY for push in act.pushes):
        known |= versions(EXAMPLE / "acts" / push.files) if push.files else set()
        assert set(push.history) | set(push.held) | set(push.proven) <= known
        assert list(push.history) == sorted(push.history)


def test_the_acts_are_numbered_in_order():
    assert [act.number for act in STORY] == list(range(len(STORY)))
