from datetime import UTC, datetime, timedelta, timezone
from pathlib import PurePosixPath

import pytest

from orchestrator.adapters.json_form import to_json
from orchestrator.domain.deployment import Status
from orchestrator.domain.errors import Failure
from orchestrator.domain.facts import Fact
from tests.support.told_deployments import ROLLED_BACK


def test_a_deployment_is_an_object_with_its_values_as_the_glossary_writes_them() -> None:
    form = to_json(ROLLED_BACK)
    assert isinstance(form, dict)
    assert (form["id"], form["status"], form["waiting_for"]) == (14, "rolled_back", None)
    assert isinstance(form["failure"], dict)
    assert form["failure"]["code"] == "sql-failed"


def test_a_time_is_written_in_utc() -> None:
    moment = datetime(2026, 1, 1, 2, 30, tzinfo=timezone(timedelta(hours=2)))
    assert to_json(moment) == "2026-01-01T00:30:00Z"
    assert to_json(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00Z"


def test_a_time_without_a_zone_has_no_form() -> None:
    with pytest.raises(TypeError, match="zone"):
        to_json(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


def test_a_named_tuple_is_an_object_and_a_plain_one_a_list() -> None:
    fact = Fact(kind="policy", identity="public.orders.own", definition="true")
    assert to_json((fact,)) == [{"kind": "policy", "identity": "public.orders.own", "definition": "true"}]


def test_a_set_has_one_order() -> None:
    assert to_json(frozenset({"b", "a"})) == ["a", "b"]


def test_enums_are_written_by_value_as_keys_too() -> None:
    assert to_json({Status.STUCK: Status.RUNNING}) == {"stuck": "running"}


def test_a_failure_keeps_its_nouns() -> None:
    failure = Failure(family="target", code="sql-failed", message="no", nouns={"line": 3, "names": ["a"]})
    form = to_json(failure)
    assert isinstance(form, dict)
    assert form["nouns"] == {"line": 3, "names": ["a"]}


@pytest.mark.parametrize("value", [b"raw", PurePosixPath("a"), object(), Failure])
def test_what_has_no_form_is_an_error(value: object) -> None:
    with pytest.raises(TypeError):
        to_json(value)
