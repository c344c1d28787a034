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


def test_ten_thousand_files_and_rows_are_compared_at_once() -> None:
    tree = a_tree(10_000)
    history = [HistoryRow(version=each.version) for each in migrations_of(tree)[:-3]]
    recorded = {each.version: each.file.sha256 for each in migrations_of(tree)}
    began = time.perf_counter()
    pairing = pair_rollbacks(migrations_of(tree), tree.rollbacks, first_lines=lambda _: {})
    paired = time.perf_counter()
    plan = make_plan(tree, pairing, history=history, recorded=recorded, holds=(), policy=POLICY)
    took, took_pairing = time.perf_counter() - paired, paired - began
    assert (len(plan.pending), plan.applied) == (3, 9_997)
    # ten times what it takes on a slow machine
    assert took < 0.5
    assert took_pairing < 1


def test_a_reversed_tree_makes_the_same_plan() -> None:
    tree = a_tree(20)
    backwards = replace(tree, migrations=tree.migrations[::-1], rollbacks=tree.rollbacks[::-1])
    plans = []
    for each in (tree, backwards):
        pairing = pair_rollbacks(migrations_of(each), each.rollbacks, first_lines=lambda _: {})
        plans.append(make_plan(each, pairing, history=(), recorded={}, holds=(), policy=POLICY))
    assert plans[0] == plans[1]
