import base64
import re
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette

from orchestrator.adapters.json_form import to_json
from orchestrator.domain.deployment import (
    DeploymentId,
    Observation,
    Outcome,
    Rollback,
    RollbackMethod,
    Stage,
    Status,
)
from orchestrator.domain.dropped import Counted, Dropped
from orchestrator.domain.errors import ConfigurationError, Unavailable
from orchestrator.domain.event import Event, EventKind
from orchestrator.domain.facts import Change
from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.matrix import Matrix
from orchestrator.domain.shape import Name
from orchestrator.web.admin import admin_app
from tests.support.asgi import ask
from tests.support.fake_ledger_ports import GivenContents, GivenReading
from tests.support.told_deployments import NOW, POLICIES, deployment, reading, relation, run
from tests.support.told_rehearsals import DRAFTS, REHEARSAL, REHEARSED, REHEARSED_RUNS

TOKEN = "long enough to be a token"


def made(found: GivenReading | None = None, **settings: object) -> Starlette:
    values: dict[str, object] = {
        "reading": found or reading(),
        "contents": GivenContents(),
        "readiness": dict,
        "listen_host": "127.0.0.1",
        "targets": POLICIES,
        "clock": lambda: NOW,
        **settings,
    }
    return admin_app(**values)  # type: ignore[arg-type]


def get(path: str, found: GivenReading | None = None, **headers: str) -> httpx.Response:
    return ask(made(found), path, headers=headers)


# --- the API ---


def test_deployments_are_listed_newest_first() -> None:
    listed = get("/api/v1/deployments").json()["deployments"]
    assert [each["id"] for each in listed] == [17, 16, 15, 14, 13, 12, 11, 10, 9]
    assert listed[3]["status"] == "rolled_back"
    assert listed[3]["created"] == "2026-11-20T11:56:50Z"


def test_deployments_of_one_target_and_only_so_many() -> None:
    listed = get("/api/v1/deployments?target=staging&limit=2").json()["deployments"]
    assert [each["id"] for each in listed] == [17, 16]
    assert get("/api/v1/deployments?target=nowhere").json() == {"deployments": []}


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=-1", "limit=x", "limit=", "limit=٣", "limit=1e2"]
)
def test_a_limit_that_is_none_is_explained(query: str) -> None:
    answer = get(f"/api/v1/deployments?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "query")
    assert "limit" in answer.json()["message"]


def test_a_deployment_comes_with_its_stages_and_its_findings_worst_first() -> None:
    told = get("/api/v1/deployments/14").json()
    assert told["deployment"]["failure"]["nouns"]["sqlstate"] == "23505"
    assert [each["stage"] for each in told["runs"]][:2] == ["checkout", "plan"]
    assert [each["severity"] for each in told["findings"]] == ["error", "warning"]


@pytest.mark.parametrize("number", ["99", "0", "9" * 40])
def test_an_unknown_deployment_is_a_404_in_json_and_on_the_page(number: str) -> None:
    answer = get(f"/api/v1/deployments/{number}")
    assert (answer.status_code, answer.json()["code"]) == (404, "deployment-unknown")
    page = get(f"/deployments/{number}")
    assert (page.status_code, "no deployment of this number" in page.text) == (404, True)


def test_targets_of_settings_and_ledger_are_joined() -> None:
    targets = {each["name"]: each for each in get("/api/v1/targets").json()["targets"]}
    assert list(targets) == ["preview", "production", "staging"]
    assert targets["preview"]["policy"] is None
    assert targets["staging"]["policy"]["branch"] == "staging"
    assert targets["staging"]["holds"][0]["members"][0][0] == "20261120091000"
    assert targets["production"]["closed_by"] == 15


def test_a_target_that_the_ledger_has_not_seen_is_listed_too() -> None:
    targets = get("/api/v1/targets", GivenReading()).json()["targets"]
    assert [(each["name"], each["adopted"]) for each in targets] == [("production", None), ("staging", None)]


def test_events_are_read_after_an_id_and_tell_where_to_go_on() -> None:
    happened = tuple(
        Event(
            id=number,
            kind=EventKind.SUCCEEDED,
            at=NOW,
            target="staging",
            deployment=DeploymentId(number % 2 + 1),
            actor="bascule",
            detail={},
        )
        for number in range(1, 6)
    )
    found = GivenReading(happened=happened)
    answer = get("/api/v1/events?after=2&limit=2", found).json()
    assert ([each["id"] for each in answer["events"]], answer["next"]) == ([3, 4], 4)
    assert [each["id"] for each in get("/api/v1/events?deployment=1", found).json()["events"]] == [2, 4]
    assert get("/api/v1/events?after=5", found).json() == {"events": [], "next": 5}


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/deployments/x"])
def test_an_unknown_address_of_the_api_is_answered_in_json(path: str) -> None:
    answer = get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_nothing_is_written_through_this_listener() -> None:
    for path in ("/", "/api/v1/deployments", "/deployments/14"):
        assert ask(made(), path, "POST").status_code == 405


# --- ready, and away ---


def test_ready_when_every_check_is_well() -> None:
    answer = ask(made(readiness=lambda: {"ledger": "", "broker": ""}), "/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "missing": []})


def test_not_ready_names_what_is_missing_and_no_host() -> None:
    app = made(readiness=lambda: {"ledger": "db.internal does not answer", "broker": ""})
    answer = ask(app, "/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "not-ready", "missing": ["ledger"]})


def test_a_check_that_cannot_be_made_is_not_ready() -> None:
    def away() -> dict[str, str]:
        raise Unavailable("gone")

    answer = ask(made(readiness=away), "/readyz")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["readiness"])


def test_a_ledger_that_is_away_is_a_503_in_json_and_a_page_that_looks_again() -> None:
    found = GivenReading(
        trouble=Unavailable("The ledger is away.", code="ledger-away", remedy="Wait for it.")
    )
    answer = get("/api/v1/deployments", found)
    assert (answer.status_code, answer.json()["code"]) == (503, "ledger-away")
    page = get("/", found)
    assert page.status_code == 503
    assert "Wait for it." in page.text
    assert 'http-equiv="refresh"' in page.text


# --- who may read ---


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8401", "[::1]:8401", "LOCALHOST", "127.0.0.9:80"])
def test_names_of_this_host_are_served_on_loopback(host: str) -> None:
    assert get("/", host=host).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8401",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "",
        "[::1",
        "127.0.0.1:x",
        "localhost@evil",
        "127.0.0.1:8401:1",
    ],
)
def test_a_name_that_was_rebound_to_this_host_is_refused(host: str) -> None:
    for path in ("/", "/api/v1/deployments"):
        answer = get(path, host=host)
        assert (answer.status_code, answer.json()["code"]) == (403, "host")


def test_a_configured_name_is_served() -> None:
    app = made(names=("Bascule.Example",))
    assert ask(app, "/", headers={"host": "bascule.example:443"}).status_code == 200


def test_probes_need_neither_name_nor_token() -> None:
    for app in (made(), made(token=TOKEN)):
        for path in ("/healthz", "/readyz"):
            assert ask(app, path, headers={"host": "10.1.2.3"}).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "bascule.example", ""])
def test_beyond_loopback_a_token_is_required(host: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        made(listen_host=host)
    assert "service.admin_token" in caught.value.remedy
    made(listen_host=host, token=TOKEN)


def test_an_empty_token_is_none() -> None:
    with pytest.raises(ConfigurationError):
        made(token="")


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"anybody:{password}".encode()).decode()


@pytest.mark.parametrize("authorization", [f"Bearer {TOKEN}", f"bearer  {TOKEN}", basic(TOKEN)])
def test_the_token_opens_as_bearer_and_as_password(authorization: str) -> None:
    app = made(token=TOKEN, listen_host="0.0.0.0")
    headers = {"authorization": authorization, "host": "any.example"}
    assert ask(app, "/api/v1/targets", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer wrong",
        f"Bearer {TOKEN}x",
        TOKEN,
        basic("wrong"),
        basic(""),
        "Basic %%%",
        "Basic ü",
        "Digest x",
        "Basic " + base64.b64encode(TOKEN.encode()).decode(),
    ],
)
def test_anything_else_is_asked_to_log_in(authorization: str) -> None:
    app = made(token=TOKEN, listen_host="0.0.0.0")
    answer = ask(app, "/", headers={"authorization": authorization})
    assert (answer.status_code, answer.json()["code"]) == (401, "token")
    assert answer.headers["www-authenticate"].startswith("Basic ")


def test_a_token_may_hold_any_character() -> None:
    app = made(token="schlüssel€", listen_host="0.0.0.0")
    assert ask(app, "/", headers={"authorization": basic("schlüssel€")}).status_code == 200


# --- the page ---


def test_the_overview_shows_targets_and_deployments() -> None:
    page = get("/").text
    for shown in (
        "production",
        "staging",
        "rolled back",
        "bascule retry 15",
        "20261120091000",
        "No. ",
        "stuck",
    ):
        assert shown in page or shown == "No. "


def test_the_overview_tells_of_a_target_that_somebody_changed() -> None:
    shown = reading()
    assert "bascule drift" not in get("/", shown).text
    states = tuple(
        replace(state, drifted=NOW) if state.name == "staging" else state for state in shown.states
    )
    assert get("/", replace(shown, states=states)).text.count("bascule drift staging") == 1


def test_the_overview_of_one_target_shows_no_other() -> None:
    page = get("/?target=production").text
    table = page[page.index("<table") :]
    assert "production" in table
    assert "staging" not in table


def test_an_empty_ledger_says_what_to_do() -> None:
    page = get("/", GivenReading()).text
    assert "bascule adopt staging" in page
    assert "Nothing was deployed" in page


def test_the_overview_is_looked_at_again_sooner_while_something_runs() -> None:
    busy = re.search(r'http-equiv="refresh" content="(\d+)"', get("/").text)
    idle = re.search(r'http-equiv="refresh" content="(\d+)"', get("/", GivenReading()).text)
    assert busy
    assert idle
    assert int(busy[1]) < int(idle[1])


def test_a_deployment_that_ended_is_not_looked_at_again_and_one_that_runs_is() -> None:
    assert "refresh" not in get("/deployments/14").text
    assert "refresh" in get("/deployments/16").text


def test_the_page_of_a_deployment_shows_its_story() -> None:
    page = get("/deployments/14").text
    for shown in (
        "could not create unique index",
        "Merge them, then push again.",
        "customer unique email",
        "reverted",
        "Nothing was left behind.",
        "anon may now select on public.orders, every row",
        "anon may now select public.orders",
        "23505",
    ):
        assert shown in page


def test_what_a_rollback_left_behind_is_named_without_its_definition() -> None:
    left = Change(kind="policy", identity="public.orders.own", before=None, after="using=swordfish")
    stuck = run(Stage.ROLLBACK, Rollback(method=RollbackMethod.REVERTED, left_behind=(left,)), Outcome.FAILED)
    found = GivenReading(all=(deployment(1, Status.STUCK),), recorded={1: (stuck,)})
    page = get("/deployments/1", found).text
    assert "<li>policy own on public.orders was added</li>" in page
    assert "swordfish" not in page


def test_the_page_of_a_deployment_shows_its_rehearsal_and_the_drafted_rollback() -> None:
    found = GivenReading(all=(REHEARSED,), recorded={18: REHEARSED_RUNS})
    app = made(found, contents=GivenContents(DRAFTS))
    page = ask(app, "/deployments/18").text
    for shown in (
        "On a copy of the target&#39;s schema, kept from an earlier rehearsal, PostgreSQL 18",
        "Only acted there: pg_cron",
        '<code class="everybody">ACCESS EXCLUSIVE</code> public.orders',
        "the rows of public.old_prices",
        "index public.orders_note_idx should not be there",
        "drop view public.open_orders;",
    ):
        assert shown in page
    assert "swordfish" not in page


def test_a_draft_that_the_ledger_has_lost_takes_nothing_else_off_the_page() -> None:
    found = GivenReading(all=(REHEARSED,), recorded={18: REHEARSED_RUNS})
    answer = get("/deployments/18", found)
    assert answer.status_code == 200
    assert "the rows of public.old_prices" in answer.text
    assert "The drafted rollback" not in answer.text


def test_a_rehearsal_is_told_whole_to_programs() -> None:
    found = GivenReading(all=(REHEARSED,), recorded={18: REHEARSED_RUNS})
    runs = get("/api/v1/deployments/18", found).json()["runs"]
    (gave,) = (each["gave"] for each in runs if each["stage"] == "rehearse")
    assert gave == to_json(REHEARSAL)


def test_sixty_findings_of_every_source_stand_on_the_page_worst_first() -> None:
    path = "supabase/migrations/20260101000000_orders.sql"

    def finding(line: int, severity: Severity, source: Source = Source.TREE) -> Finding:
        return Finding(
            rule=f"rule-{line}",
            severity=severity,
            source=source,
            message=f"seen {line}",
            file=path,
            line=line,
        )

    of_the_target = (Source.SQUAWK, Source.STATISTICS, Source.PREFLIGHT)
    errors = [finding(100 + number, Severity.ERROR, source) for number, source in enumerate(of_the_target)]
    others = [finding(number, Severity.WARNING if number < 40 else Severity.NOTE) for number in range(1, 58)]
    about_nothing = Finding(
        rule="linter-missing", severity=Severity.WARNING, source=Source.SQUAWK, message="squawk is away"
    )
    refused = run(Stage.VALIDATE, None, Outcome.REFUSED, findings=(*others, about_nothing, *errors))
    found = GivenReading(
        all=(deployment(20, Status.REFUSED, stage=Stage.VALIDATE),), recorded={20: (refused,)}
    )
    page = get("/deployments/20", found).text
    rules = re.findall(r"<code>((?:rule|linter)-[a-z0-9]+)</code>", page)
    assert rules[:4] == ["rule-100", "rule-101", "rule-102", "linter-missing"]
    assert len(rules) == 61
    assert f"{path}:100" in page


def test_what_comes_from_a_repository_is_escaped() -> None:
    page = get("/deployments/14").text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_no_noun_breaks_out_of_the_page() -> None:
    odd = deployment(1, Status.FAILED, actor='"><script>x</script>', branch="<b>", target="<i>")
    found = GivenReading(all=(odd,))
    for path in ("/", "/deployments/1", "/?target=%3Ci%3E"):
        page = get(path, found).text
        assert "<script>" not in page
        assert "<i>" not in page


def test_what_a_stage_gave_in_an_unknown_form_is_left_out() -> None:
    strange = tuple(run(stage, {"made": "by another version"}) for stage in Stage)
    found = GivenReading(all=(deployment(1, Status.SUCCEEDED),), recorded={1: strange})
    assert get("/deployments/1", found).status_code == 200


def test_a_stage_that_gave_nothing_is_shown() -> None:
    runs = (replace(run(Stage.PLAN, {}), gave=None),)
    found = GivenReading(all=(deployment(1, Status.FAILED),), recorded={1: runs})
    assert get("/deployments/1", found).status_code == 200


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_a_page(status: Status) -> None:
    found = GivenReading(all=(deployment(1, status, finished=None, started=None),))
    assert get("/", found).status_code == 200
    assert get("/deployments/1", found).status_code == 200


def test_a_clock_that_lags_behind_the_ledgers_does_no_harm() -> None:
    found = GivenReading(all=(deployment(1, Status.RUNNING, age_seconds=-5, finished=None),))
    assert "just now" in get("/", found).text
    assert "-5" not in get("/", found).text.partition("<main>")[2]


def test_the_page_names_nothing_outside_of_itself() -> None:
    for path in ("/", "/deployments/14"):
        page = get(path).text
        assert not re.search(r'(?:src|href|action)="(?!/)', page)
        assert "<script" not in page
        assert "style=" not in page


def test_the_pages_headers_allow_nothing_but_its_own_style_sheet_and_icon() -> None:
    headers = get("/").headers
    assert headers["content-security-policy"].startswith(
        "default-src 'none'; style-src 'self'; img-src 'self';"
    )
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(("name", "kind"), [("page.css", "text/css"), ("icon.svg", "image/svg+xml")])
def test_style_sheet_and_icon_are_served_from_here(name: str, kind: str) -> None:
    answer = get(f"/static/{name}")
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, kind)


@pytest.mark.parametrize("name", ["layout.html", "..%2Faccess.py", "%2e%2e/access.py", ""])
def test_no_other_file_is_served(name: str) -> None:
    assert get(f"/static/{name}").status_code == 404


def test_who_could_do_what_is_shown_as_the_rehearsal_saw_it_where_the_target_never_came_to_it() -> None:
    before = Observation(
        facts="0" * 64, fingerprint="0" * 64, matrix=Matrix(relations=(relation("public.a", "dddd" * 4),))
    )
    after = replace(REHEARSAL, matrix=Matrix(relations=(relation("public.a", "eddd" + "dddd" * 3),)))
    runs = (*REHEARSED_RUNS[:-1], run(Stage.OBSERVE, before), run(Stage.REHEARSE, after, Outcome.REFUSED))
    page = get("/deployments/18", GivenReading(all=(REHEARSED,), recorded={18: runs})).text
    assert "As the rehearsal showed it on the copy; the target is as it was." in page
    assert "anon may now select on public.a, every row" in page


def test_what_a_rollback_would_drop_and_what_others_changed_is_shown() -> None:
    by_hand = Change(kind="index", identity="public.by_hand", before=None, after="definition=swordfish")
    rollback = Rollback(
        method=RollbackMethod.IMPOSSIBLE,
        drift=(by_hand,),
        at_stake=(Counted(dropped=Dropped(table=Name("public", "orders")), rows=12),),
    )
    runs = (run(Stage.ROLLBACK, rollback, Outcome.FAILED),)
    stuck = deployment(1, Status.STUCK, stage=Stage.ROLLBACK)
    page = get("/deployments/1", GivenReading(all=(stuck,), recorded={1: runs})).text
    assert "It would drop what this deployment did not write:" in page
    assert "public.orders: 12 rows" in page
    assert "Changed by others meanwhile" in page
    assert "public.by_hand" in page
    assert "swordfish" not in page


def test_who_opened_a_closed_target_again_and_why_is_shown() -> None:
    stuck = deployment(1, Status.STUCK, stage=Stage.ROLLBACK)
    opened = Event(
        id=3,
        kind=EventKind.TARGET_UNLOCKED,
        at=NOW,
        target="staging",
        deployment=DeploymentId(1),
        actor="grace",
        detail={"because": "the index <is> dropped by hand"},
    )
    page = get("/deployments/1", GivenReading(all=(stuck,), happened=(opened,))).text
    assert "The target was opened again" in page
    assert "by grace" in page
    assert "the index &lt;is&gt; dropped by hand" in page


def test_a_rehearsal_that_was_left_out_is_told_in_words() -> None:
    done = deployment(1, Status.SUCCEEDED)
    runs = (run(Stage.REHEARSE, None, Outcome.SKIPPED),)
    page = get("/deployments/1", GivenReading(all=(done,), recorded={1: runs})).text
    assert "left out: rehearse = false" in page
