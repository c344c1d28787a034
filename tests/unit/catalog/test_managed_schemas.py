"""SQL files that name the platform's schemas name all of them."""

import re

import pytest

from orchestrator.catalog.queries import query
from orchestrator.domain.platform import MANAGED_SCHEMAS


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("facts/with", set()),
        ("holdings", set()),
        ("platform", {"pgmq"}),  # a queue is one fact
    ],
)
def test_a_list_of_managed_schemas_in_sql_is_the_one_that_everybody_has(
    name: str, left_out: set[str]
) -> None:
    told = re.search(r"nspname in \(('auth'[^)]*)\)", query(name))
    assert told is not None
    assert set(re.findall(r"'(\w+)'", told[1])) == set(MANAGED_SCHEMAS) - left_out
