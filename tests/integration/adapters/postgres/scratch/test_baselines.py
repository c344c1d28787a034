"""A target's schema as SQL for a checkout: what it makes of an empty project is the target."""

import psycopg
import pytest

from orchestrator.adapters.postgres.scratch.baselines import WholeBaselines
from orchestrator.adapters.postgres.scratch.copies import Copies
from orchestrator.adapters.postgres.scratch.scratch import PostgresScratch
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.domain.facts import difference
from orchestrator.embedded import databases
from orchestrator.embedded.postgres import SUPERUSER
from tests.integration.adapters.postgres.scratch.conftest import WHEEL
from tests.integration.adapters.postgres.scratch.test_copies import HUNG_UP, NEW_DEFAULTS, telecom  # noqa: F401

#: a trigger as the dashboard makes one for a webhook, with the key that may do everything
WEBHOOK = """
create table public.sent (id int);
create function public.send() returns trigger language plpgsql as 'begin return new; end';
create trigger hook after insert on public.sent for each row execute function public.send('Bearer {key}');
"""


@pytest.fixture
def written(server, postgres, address):
    """Write the target down; what is built of it on the way is dropped."""

    def write(facts, at=address):
        scratch = PostgresScratch(lambda _: server, (), lambda on: Copies(on, pg_dump_of_wheel=WHEEL))
        baselines = WholeBaselines(scratch, lambda _: server, [at], pg_dump_of_wheel=WHEEL)
        return baselines.baseline_of(at.name, facts)

    yield write
    with psycopg.connect(postgres.url("postgres", SUPERUSER), autocommit=True) as connection:
        built = connection.execute("select datname from pg_database where datname ~ '^built_|^baseline_'")
        for (name,) in built.fetchall():
            databases.drop_database(postgres, name)


@pytest.mark.parametrize("defaults", ["", NEW_DEFAULTS], ids=["old defaults", "new defaults"])
def test_what_it_makes_of_an_empty_project_is_the_target(
    written, db, facts_of, second_target_database, telecom, defaults
):
    db.execute(HUNG_UP)
    if defaults:
        db.execute(defaults)
    baseline = written(facts_of())
    print(baseline.sql)
    assert (baseline.lacking, baseline.secret, baseline.platform) == ((), (), 0)
