"""Looks at a database that are made twice: what is read in part has to be what is read as a whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from orchestrator.catalog import whole
from orchestrator.catalog.whole import Whole
from orchestrator.ports import Database

_read = whole.read


def read_twice(database: Database, *, since: Whole | None = None) -> Whole:
    """Look as whole.read does, and look again without knowing anything."""
    found, anew = _read(database, since=since), _read(database)
    assert found.facts == anew.facts
    assert found.holdings == anew.holdings
    assert found.beyond == anew.beyond
    assert found.versions == anew.versions
    return found


@contextmanager
def looking_twice() -> Iterator[None]:
    """Make every look of whatever is rehearsed meanwhile like that."""
    with patch.object(whole, "read", read_twice):
        yield
