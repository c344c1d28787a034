from collections.abc import Iterator

import pytest

from orchestrator.embedded.postgres import Postgres
from tests.support.stand import Stand
from tests.support.stand import stand as a_stand


@pytest.fixture(scope="module")
def stand(postgres: Postgres) -> Iterator[Stand]:
    """A copy with something of everything; a play leaves it as it was."""
    with a_stand(postgres) as it:
        yield it
