"""What a rehearsal gave, from the ledger to where people read it."""

from orchestrator.adapters.json_form import to_json
from orchestrator.domain.deployment import Done, Outcome, Stage, Status
from orchestrator.domain.plan import Plan
from orchestrator.web.admin import admin_app
from tests.support.asgi import ask
from tests.support.told_rehearsals import DRAFT, PLANNED, REHEARSAL

A = "a" * 40


def refused_by_a_rehearsal(ledger):
    ledger.adopt()
    deployment = ledger.push(A)
    ledger.kept.keep([DRAFT])
    stages = (
        (Outcome.PASSED, None, Stage.PLAN),
        (Outcome.PASSED, Plan(pending=PLANNED), Stage.REHEARSE),
        (Outcome.REFUSED, REHEARSAL, Status.REFUSED),
    )
    for outcome, gave, then in stages:
        with ledger.claims.claim(deployment) as claim:
            ledger.claims.record(claim, Done(outcome=outcome, gave=gave), then)
    return deployment


def test_the_page_and_the_api_read_a_rehearsal_from_the_ledger(ledger):
    deployment = refused_by_a_rehearsal(ledger)
    app = admin_app(reading=ledger.reading, contents=ledger.kept, readiness=dict, listen_host="127.0.0.1")
    page = ask(app, f"/deployments/{deployment}").text
    for shown in ("<h2>Rehearsal</h2>", "2 proven", "ACCESS EXCLUSIVE", "drop view public.open_orders;"):
        assert shown in page
    runs = ask(app, f"/api/v1/deployments/{deployment}").json()["runs"]
    assert [each["gave"] for each in runs if each["stage"] == "rehearse"] == [to_json(REHEARSAL)]
