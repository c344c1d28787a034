from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.service import Service
from tests.support.service import service as a_service


@pytest.fixture
def service(tmp_path: Path, empty_database, target_database, valkey) -> Iterator[Service]:
    with a_service(
        tmp_path,
        control_url=empty_database.url,
        broker_url=valkey.url,
        staging_url=target_database.url,
    ) as it:
        yield it
