from collections.abc import Iterator

import pytest

from orchestrator.embedded.postgres import Postgres
from tests.support.looks import looking_twice
from tests.support.stand import Stand
from tests.support.stand import stand as a_stand


@pytest.fixture(scope="module")
def stand(postgres: Postgres) -> Iterator[Stand]:
    """A copy with something of everything; a play leaves it as it was. Every look is made twice."""
    with a_stand(postgres) as it, looking_twice():
        yield it
