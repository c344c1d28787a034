"""Files that nobody should write: each gets one clear answer, and the copy stays what it was."""

from collections.abc import Iterator

import pytest

from orchestrator.domain.finding import Severity
from orchestrator.domain.rehearsal import RollbackProof, RollbackSource, RollbackVerdict
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms
from tests.support.stand import Stand

UP = "create table public.one (id int)"
DOWN = "drop table public.one"

#: ways back that do not run -> code of the failure and its SQLSTATE
DO_NOT_RUN = {
    "its own commit": (f"{DOWN}; commit;", "transaction-control", None),
    "a psql command": ("\\i other.sql", "psql-command", None),
    "rows from the client": ("copy public.one from stdin;\n1\n\\.\n", "copy-from-client", None),
    "no SQL at all": ("take it away, please", "sql-failed", "42601"),
    "a table that is not there": ("drop table public.none", "sql-failed", "42P01"),
    "a commit in a string": (f"{DOWN}; do $$ begin execute 'commit'; end $$", "sql-failed", "0A000"),
    "a commit in a block": (f"{DOWN}; do $$ begin commit; end $$", "sql-failed", "2D000"),
}
#: statements that try to get away from the transaction, the role or the limits
ESCAPES = {
    "a commit in a block": "do $$ begin commit; end $$",
    "a commit in a string": "do $$ begin execute 'commit'; end $$",
    "a rollback in a block": "do $$ begin rollback; end $$",
    "another role is left behind": "set role anon",
    "another role by a function": "select set_config('role', 'anon', false)",
    "another session user": "set session authorization anon",
    "a role that it may not be": "set role supabase_admin",
}


@pytest.fixture(autouse=True)
def nothing_is_left(stand: Stand) -> Iterator[None]:
    yield
    assert stand.now() == stand.facts


def only(stand: Stand, down: str, up: str = UP) -> RollbackProof:
    found = stand.chain((up, down)).rehearsal
    assert found.failed is None, found.failed
    (proof,) = found.rollbacks
    assert proof.source is RollbackSource.FILE
    return proof


@pytest.mark.parametrize("fault", DO_NOT_RUN)
def test_a_way_back_that_does_not_run_is_unproven_and_says_why(stand: Stand, fault: str) -> None:
    down, code, sqlstate = DO_NOT_RUN[fault]
    proof = only(stand, down)
    assert proof.verdict is RollbackVerdict.UNPROVEN
    assert proof.failure is not None
    assert (proof.failure.code, proof.failure.nouns.get("sqlstate")) == (code, sqlstate)


@pytest.mark.parametrize("down", ["", "\n", "-- nothing to do\n", "/* drop table public.one; */", ";"])
def test_an_empty_way_back_of_a_migration_that_does_something_is_unproven(stand: Stand, down: str) -> None:
    proof = only(stand, down)
    assert (proof.verdict, proof.failure) == (RollbackVerdict.UNPROVEN, None)
    assert "table public.one was added" in {change.headline for change in proof.residue}


def test_an_empty_way_back_of_a_migration_that_does_nothing_is_proven(stand: Stand) -> None:
    assert only(stand, "", up="-- nothing\n").verdict is RollbackVerdict.PROVEN


def test_a_way_back_in_a_transaction_of_its_own_is_the_same_as_one_without(stand: Stand) -> None:
    assert only(stand, f"begin; {DOWN}; commit;").verdict is RollbackVerdict.PROVEN


def test_bytes_that_are_no_text_are_refused_before_anything_is_played() -> None:
    down = SqlText(
        path="supabase/rollbacks/20260601000000_one.sql", content=b"drop table public.one; -- \xff"
    )
    (finding,) = review([], rollbacks=[down], terms=Terms())
    assert (finding.rule, finding.severity, finding.file) == ("file-encoding", Severity.ERROR, down.path)


def test_a_way_back_that_removes_too_much_names_what_it_removes(stand: Stand) -> None:
    proof = only(stand, "drop table public.one; drop table public.fleeting")
    assert proof.verdict is RollbackVerdict.UNPROVEN
    assert "table public.fleeting was removed" in {change.headline for change in proof.residue}
    assert proof.losses == ("the rows of public.fleeting",)


@pytest.mark.parametrize("escape", ESCAPES)
def test_a_migration_that_tries_to_escape_fails_and_nothing_of_it_stays(stand: Stand, escape: str) -> None:
    found = stand.chain((f"{UP}; {ESCAPES[escape]}; select 1", DOWN)).rehearsal
    assert found.failed is not None
    assert found.rollbacks == ()


@pytest.mark.parametrize("escape", ESCAPES)
def test_a_way_back_that_tries_to_escape_is_unproven(stand: Stand, escape: str) -> None:
    proof = only(stand, f"{DOWN}; {ESCAPES[escape]}; select 1")
    assert proof.verdict is RollbackVerdict.UNPROVEN
    assert proof.failure is not None


@pytest.mark.parametrize(
    "limit", ["lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"]
)
def test_a_limit_that_a_migration_takes_off_holds_again_for_the_next(stand: Stand, limit: str) -> None:
    asks = f"do $$ begin if current_setting('{limit}') in ('0', '0ms') then raise 'no limit'; end if; end $$"
    allowed = "-- bascule: allow rollback-unproven because the block only looks\n"
    found = stand.chain((f"set {limit} = 0; {UP}", DOWN), (allowed + asks, "")).rehearsal
    assert found.failed is None, found.failed
    assert found.rollbacks[0].verdict is RollbackVerdict.PROVEN
