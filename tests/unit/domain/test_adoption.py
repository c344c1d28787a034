from dataclasses import replace

import pytest

from orchestrator.domain.adoption import NO_BASELINE, AdoptionState, MissingRight, plan_adoption
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.plan import HistoryRow
from orchestrator.domain.target import Fence

EMPTY = AdoptionState(
    server_version="18.6",
    server_major=18,
    database="postgres",
    role="postgres",
    read_only=False,
    history_schema_exists=False,
    history_table_exists=False,
    history=(),
    user_objects=0,
    some_user_objects=(),
    fence=None,
    missing_rights=(),
)
LIVE = replace(EMPTY, user_objects=12, some_user_objects=("public.customers",))


def migrations(*versions):
    return [Migration(version=v, name="x", file=SqlFile(path=f"m/{v}_x.sql", sha256=v)) for v in versions]


def plan(state, *versions, **more):
    found = plan_adoption(state, migrations(*versions), target="staging", ledger_id="me", **more)
    return [m.version for m in found.to_record], [m.version for m in found.pending]


def refusal(state, *versions, **more) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as raised:
        plan(state, *versions, **more)
    return raised.value


def test_in_an_empty_database_everything_is_pending():
    assert plan(EMPTY, "1", "2") == ([], ["1", "2"])


def test_a_live_database_without_a_history_is_not_guessed_about():
    error = refusal(LIVE, "1", "2")
    assert error.code == "baseline-needed"
    assert "public.customers" in error.message
    assert "--baseline" in error.remedy


def test_a_baseline_records_what_is_there_and_leaves_the_rest_pending():
    assert plan(LIVE, "1", "2", "3", baseline="2") == (["1", "2"], ["3"])


def test_a_baseline_may_say_that_nothing_is_there():
    assert plan(LIVE, "1", "2", baseline=NO_BASELINE) == ([], ["1", "2"])


def test_a_history_needs_no_baseline_and_its_rows_are_not_written_again():
    state = replace(LIVE, history=(HistoryRow(version="1"),))
    assert plan(state, "1", "2") == ([], ["2"])
    assert plan(state, "1", "2", "3", baseline="2") == (["2"], ["3"])


def test_versions_are_compared_as_text():
    assert plan(LIVE, "10", "9", baseline="10") == (["10"], ["9"])


def test_a_live_database_whose_repository_has_no_migrations_yet_is_adopted_as_it_is():
    assert plan(LIVE) == ([], [])


@pytest.mark.parametrize(
    ("state", "more", "code"),
    [
        (replace(EMPTY, read_only=True), {}, "read-only"),
        (replace(EMPTY, fence=Fence(owner="other", epoch=3)), {}, "adopted-by-another"),
        (
            replace(EMPTY, missing_rights=(MissingRight(right="to x", sql="grant x to y;"),)),
            {},
            "missing-right",
        ),
        (EMPTY, {"baseline": "7"}, "unknown-baseline"),
    ],
)
def test_what_a_person_has_to_settle_first_is_refused(state, more, code):
    assert refusal(state, "1", **more).code == code


def test_a_missing_right_comes_with_its_sql():
    state = replace(EMPTY, missing_rights=(MissingRight(right="to x", sql="grant x to y;"),))
    assert "grant x to y;" in refusal(state, "1").remedy


def test_one_version_in_two_files_is_refused():
    assert refusal(EMPTY, "1", "1").code == "duplicate-version"


def test_another_ledgers_target_is_taken_over_on_demand():
    state = replace(EMPTY, fence=Fence(owner="other", epoch=3))
    assert plan(state, "1", take_over=True) == ([], ["1"])
    assert plan(replace(EMPTY, fence=Fence(owner="me", epoch=3)), "1") == ([], ["1"])
