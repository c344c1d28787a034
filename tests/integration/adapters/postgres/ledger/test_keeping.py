"""What is old and not needed is forgotten; what anything depends on stays, however old."""

import hashlib
import threading

import pytest

from orchestrator.adapters.postgres.ledger.keeping import LedgerKeeping
from orchestrator.domain.deployment import Applied, AppliedMigration, Done, Outcome, Stage, Status
from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.plan import Plan
from orchestrator.relay.keeping import Forgetting
from tests.integration.adapters.postgres.ledger.conftest import Ledger

DAY = 86400.0


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def a_migration(ledger: Ledger, version: str) -> Migration:
    """A file and its rollback, both kept."""
    ledger.kept.keep([f"up {version}".encode(), f"down {version}".encode()])
    up = SqlFile(path=f"supabase/migrations/{version}_x.sql", sha256=sha(f"up {version}"))
    down = SqlFile(path=f"supabase/rollbacks/{version}_x.sql", sha256=sha(f"down {version}"))
    return Migration(version=version, name="x", file=up, rollback=down)


def deploy(ledger: Ledger, version: str, *, end: Status, target: str = "staging") -> int:
    """Push and carry out three stages: a plan among them, and what became of it."""
    number = ledger.push(sha(version)[:40], target)
    migration = a_migration(ledger, version)
    with ledger.claims.claim(number) as claim:
        assert claim is not None
        ledger.claims.record(claim, Done(outcome=Outcome.PASSED), Stage.PLAN)
    with ledger.claims.claim(number) as claim:
        assert claim is not None
        plan = Done(outcome=Outcome.PASSED, gave=Plan(pending=(migration,)))
        ledger.claims.record(claim, plan, Stage.APPLY)
    with ledger.claims.claim(number) as claim:
        assert claim is not None
        if end is Status.SUCCEEDED:
            gave = Applied(migrations=(AppliedMigration(migration=migration, took_seconds=0),))
            ledger.claims.record(claim, Done(outcome=Outcome.PASSED, gave=gave), end)
        else:
            held = (migration,) if end is Status.FAILED else ()
            ledger.claims.record(claim, Done(outcome=Outcome.REFUSED), end, hold=held)
    return number


def age(ledger: Ledger, days: int, *deployments: int) -> None:
    """Let these deployments, their pushes, and every content lie so far back."""
    of = ", ".join(map(str, deployments))
    back = f"interval '{days} days'"
    pushes = f"select push from bascule.deployment where id in ({of})"
    events = f"select id from bascule.event where deployment in ({of})"
    for statement in (
        f"update bascule.deployment set finished = finished - {back} where id in ({of})",
        f"update bascule.stage_run set finished = finished - {back} where deployment in ({of})",
        f"update bascule.event set at = at - {back} where deployment in ({of})",
        f"update bascule.push set received = received - {back} where id in ({pushes})",
        f"update bascule.notification set delivered = delivered - {back} where event in ({events})",
        f"update bascule.delivery set at = at - {back}",
        f"update bascule.kept set kept = kept - {back}",
    ):
        with ledger.control.connection() as connection:
            connection.execute(statement.encode())


@pytest.fixture
def old(ledger: Ledger) -> dict[str, int]:
    """Deployments of two years ago of every kind, and thirty of today behind them."""
    ledger.adopt()
    made = {
        "applied": deploy(ledger, "20240101000000", end=Status.SUCCEEDED),
        "held": deploy(ledger, "20240102000000", end=Status.FAILED),
        "refused": deploy(ledger, "20240103000000", end=Status.REFUSED),
    }
    while taken := ledger.notifications.due(limit=10):
        for each in taken:
            ledger.notifications.delivered(each)
    age(ledger, 730, *made.values())
    made["younger"] = deploy(ledger, "20250101000000", end=Status.REFUSED)
    age(ledger, 300, made["younger"])
    for _ in range(30):
        made["newest"] = deploy(ledger, f"{20260101000000 + len(made) + _}", end=Status.REFUSED)
    return made


def runs(ledger: Ledger, number: int) -> int:
    return len(ledger.reading.runs(number))  # type: ignore[arg-type]


def forget(ledger: Ledger, *, rows: int = 2) -> int:
    keeping, total = LedgerKeeping(ledger.control), 0
    while done := keeping.forget(older_than_seconds=365 * DAY, limit=rows):
        assert done <= rows
        total += done
    return total


def test_only_what_is_old_and_needed_by_nothing_is_forgotten(ledger, old):
    assert forget(ledger) > 0
    assert {name: runs(ledger, number) for name, number in old.items()} == {
        "applied": 3,  # its rollback needs them
        "held": 3,
        "refused": 0,
        "younger": 3,
        "newest": 3,
    }
    kept = {content for (content,) in ledger.rows("select convert_from(content, 'UTF8') from bascule.kept")}
    assert {"up 20240101000000", "down 20240101000000", "up 20240102000000"} <= kept
    assert "up 20240103000000" not in kept
    assert "up 20250101000000" in kept
    refused = old["refused"]
    assert ledger.rows(f"select count(*) from bascule.event where deployment = {refused}") == [(0,)]
    assert ledger.rows(f"select status from bascule.deployment where id = {refused}") == [("refused",)]
    assert ledger.rows("select count(*) from bascule.push where body = ''") == [(3,)]
    assert ledger.rows("select count(*) from bascule.push where body = '' and receipt = ''") == [(0,)]
    assert forget(ledger) == 0


def test_what_was_applied_can_be_rolled_back_afterwards(ledger, old):
    forget(ledger)
    undo = ledger.care.undo(old["applied"], actor="ada")
    planned = ledger.kept.gave(undo, Stage.PLAN, Plan)
    digests = [planned.pending[0].file.sha256, planned.pending[0].rollback.sha256]
    assert list(ledger.kept.content(digests).values()) == [b"up 20240101000000", b"down 20240101000000"]


def test_a_content_that_is_wanted_again_counts_as_new(ledger, old):
    ledger.kept.keep([b"up 20240103000000"])
    forget(ledger)
    assert ledger.kept.content([sha("up 20240103000000")])
    with pytest.raises(KeyError):
        ledger.kept.content([sha("down 20240103000000")])


def test_several_relays_forget_side_by_side_and_wait_for_nobody(ledger, old):
    with ledger.control.transaction() as busy:
        # somebody works on an old row meanwhile: it is left for another time
        row = busy.execute(
            "select id from bascule.stage_run where deployment = %s order by id limit 1 for update",
            (old["refused"],),
        ).fetchone()
        assert row is not None
        relays = [Forgetting(LedgerKeeping(ledger.control), older_than_seconds=365 * DAY) for _ in range(3)]
        stop = threading.Event()
        threads = [threading.Thread(target=relay.round, args=(stop,)) for relay in relays]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=20)
        assert not any(thread.is_alive() for thread in threads)
        assert runs(ledger, old["refused"]) == 1
    forget(ledger)
    assert runs(ledger, old["refused"]) == 0
