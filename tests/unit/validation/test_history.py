import time
from dataclasses import replace

from orchestrator.domain.migration import SqlFile
from orchestrator.domain.plan import HistoryRow, Tree
from orchestrator.domain.rollback_files import pair_rollbacks
from orchestrator.domain.target import TargetPolicy
from orchestrator.validation.history import make_plan, migrations_of

POLICY = TargetPolicy(name="staging", repository="app", branch="staging")


def a_tree(count: int) -> Tree:
    names = [f"{20260101000000 + number}_step.sql" for number in range(count)]
    return Tree(
        commit="c0ffee",
        author="Ada",
        subject="work",
        migrations=tuple(SqlFile(path=f"supabase/migrations/{name}", sha256=name) for name in names),
        rollbacks=tuple(SqlFile(path=f"supabase/rollbacks/{name}", sha256=name) for name in names),
    )


def planned_in(files: int) -> float:
    """Compare so many files with their history; return the seconds of the quickest of three times."""
    tree = a_tree(files)
    history = [HistoryRow(version=each.version) for each in migrations_of(tree)[:-3]]
    recorded = {each.version: each.file.sha256 for each in migrations_of(tree)}
    took = []
    for _ in range(3):
        began = time.perf_counter()
        pairing = pair_rollbacks(migrations_of(tree), tree.rollbacks, first_lines=lambda _: {})
        plan = make_plan(tree, pairing, history=history, recorded=recorded, holds=(), policy=POLICY)
        took.append(time.perf_counter() - began)
        assert (len(plan.pending), plan.applied) == (3, files - 3)
    return min(took)


def test_the_time_for_ten_thousand_files_grows_with_their_number_and_no_faster() -> None:
    # sixteen times as many; were each held against each, it would take 256 times as long
    assert planned_in(10_000) < 80 * planned_in(625)


def test_a_reversed_tree_makes_the_same_plan() -> None:
    tree = a_tree(20)
    backwards = replace(tree, migrations=tree.migrations[::-1], rollbacks=tree.rollbacks[::-1])
    plans = []
    for each in (tree, backwards):
        pairing = pair_rollbacks(migrations_of(each), each.rollbacks, first_lines=lambda _: {})
        plans.append(make_plan(each, pairing, history=(), recorded={}, holds=(), policy=POLICY))
    assert plans[0] == plans[1]
