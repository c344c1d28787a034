import re

from orchestrator.adapters.postgres.scratch.copies import MANAGED_SCHEMAS
from orchestrator.catalog.queries import query


def test_the_schemas_left_out_are_those_that_the_facts_call_managed():
    told = re.search(r"n\.nspname in \(([^)]*)\) as managed", query("facts"))
    assert set(re.findall(r"'(\w+)'", told[1])) == set(MANAGED_SCHEMAS)
