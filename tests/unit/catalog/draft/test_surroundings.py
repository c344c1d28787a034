"""Servers whose options hold what only a digest is known of."""

import pytest

from orchestrator.catalog.draft import draft
from orchestrator.domain.facts import Fact, Facts


def facts(*options: str) -> Facts:
    parts = ("owner=postgres", "wrapper=plain", *(f"options={each}" for each in options))
    server = [Fact("server", "pay", "\x1f".join(parts))] if options else []
    return Facts(server_major=18, all=(Fact("foreign data wrapper", "plain", ""), *server))


def hidden(name: str) -> str:
    return f"api_key 'sha256:{name}', host 'pay'"


@pytest.mark.parametrize("after", [facts(), facts(hidden("new"))])
def test_a_secret_that_is_known_by_its_digest_is_not_made_up(after: Facts) -> None:
    made = draft(facts(hidden("old")), after)
    assert made.statements == ()
    assert len(made.not_drafted) == 1


def test_what_else_changes_beside_such_a_secret_is_taken_back() -> None:
    made = draft(facts(hidden("same")), facts(hidden("same").replace("'pay'", "'other'")))
    assert made.statements == ("alter server pay options (set host 'pay')",)
    assert made.not_drafted == ()
