import pytest

from orchestrator.catalog.facts import facts_from_bytes, facts_to_bytes
from orchestrator.domain.facts import Fact, Facts

ONE = Fact("table", "public.orders", "owner=postgres")
TWO = Fact("column", "public.orders.größe", "text default '\n'")


def test_the_order_of_facts_does_not_change_their_bytes() -> None:
    assert facts_to_bytes(Facts(server_major=18, all=(ONE, TWO))) == facts_to_bytes(
        Facts(server_major=18, all=(TWO, ONE))
    )


def test_facts_come_back_from_their_bytes() -> None:
    facts = Facts(server_major=15, all=(TWO, ONE))
    assert facts_from_bytes(facts_to_bytes(facts)) == facts


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"form": 99}', b"select 1"])
def test_other_bytes_are_no_facts(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own error is one
        facts_from_bytes(content)
