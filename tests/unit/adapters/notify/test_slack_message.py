import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.notify.slack_message import fit, payload
from orchestrator.domain.drift import Drift
from orchestrator.domain.event import EventKind
from orchestrator.domain.facts import Change
from orchestrator.domain.telling import drift_message
from tests.support.messages import a_message
from tests.support.told_rehearsals import REHEARSAL, refusal


def blocks(**changes: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = payload(a_message(**changes))["attachments"][0]["blocks"]
    return found


def text_of(found: object) -> str:
    return json.dumps(found, ensure_ascii=False)


@pytest.mark.parametrize(
    ("event", "headline"),
    [
        (EventKind.ROLLED_BACK, "staging: rolled back — 2 migrations undone"),
        (EventKind.SUCCEEDED, "staging: succeeded — 2 migrations applied"),
        (EventKind.REFUSED, "staging: refused — the database was not touched"),
        (EventKind.FAILED, "staging: failed — nothing was committed"),
        (EventKind.STUCK, "staging: stuck — a person is needed, nothing else runs here until then"),
    ],
)
def test_the_headline_says_target_outcome_and_effect(event: EventKind, headline: str) -> None:
    made = payload(a_message(event=event))
    assert made["text"] == f"*{headline}*"
    assert made["attachments"][0]["fallback"] == headline


def test_a_drift_names_the_target_and_what_changed_and_no_deployment() -> None:
    drift = Drift(changes=(Change(kind="table", identity="public.x", before="owner=swordfish", after=None),))
    made = payload(drift_message("staging", drift, datetime(2026, 1, 2, tzinfo=UTC)))
    assert made["text"] == "*staging: drifted — somebody changed it without a deployment*"
    said = text_of(made)
    assert "What changed*\\n• table public.x was removed" in said
    assert "bascule drift staging --accept" in said
    for absent in ("Commit", "Branch", "deployment None", "swordfish"):
        assert absent not in said


def test_each_outcome_that_is_told_has_its_colour() -> None:
    told = [EventKind.SUCCEEDED, EventKind.REFUSED, EventKind.ROLLED_BACK, EventKind.STUCK]
    colours = [payload(a_message(event=event))["attachments"][0]["color"] for event in told]
    assert len(set(colours)) == len(told)


def test_the_details_say_who_what_and_how_long() -> None:
    told = text_of(blocks())
    for part in (
        "staging",
        "`0123456`",
        "Orders get a number",
        "ada",
        "12 s",
        "23505",
        "Remove the duplicates",
    ):
        assert part in told


def test_only_the_five_worst_reasons_are_shown() -> None:
    told = text_of(blocks(reasons=tuple(f"reason {number}" for number in range(8))))
    assert "reason 4" in told
    assert "reason 5" not in told
    assert "… and 3 more" in told


def test_sixty_reasons_are_five_lines_and_a_count() -> None:
    place = "supabase/migrations/20260101000000_customers.sql"
    reasons = tuple(f"public.t{number} has no row level security ({place}:{number})" for number in range(60))
    (why,) = [block for block in blocks(reasons=reasons) if "*Why*" in text_of(block)]
    lines = why["text"]["text"].splitlines()
    assert (len(lines), lines[-1]) == (7, "… and 55 more")


def test_what_a_rehearsal_refused_is_one_line_for_each_migration_however_much_is_left_behind() -> None:
    residue = tuple(
        Change(kind="function", identity=f"public.left_over_{number:03}()", before=None, after="swordfish")
        for number in range(200)
    )
    unproven = replace(REHEARSAL.rollbacks[4], residue=residue)
    told = payload(refusal(replace(REHEARSAL, rollbacks=(*REHEARSAL.rollbacks[:4], unproven))))
    (why,) = [
        block["text"]["text"] for block in told["attachments"][0]["blocks"] if "*Why*" in text_of(block)
    ]
    assert why.splitlines()[1:3] == [
        (
            "• 20261121081000_drop_old_prices.sql: its rollback does not bring back the rows of "
            "public.old_prices; the position of sequence public.old_prices_id_seq. If a later stage fails, "
            "they are gone: then only a backup has them"
        ),
        (
            "• 20261121081500_more_moods.sql cannot be taken back: type public.mood changed. If a later "
            "stage fails, the database cannot be put back by itself and a person is needed"
        ),
    ]
    assert len(why.splitlines()) == 4
    assert max(map(len, why.splitlines())) <= 252
    assert "swordfish" not in text_of(told)


def test_what_an_author_wrote_is_neither_link_nor_mention() -> None:
    told = text_of(blocks(subject="<!channel> & <https://evil.example|click>"))
    assert "&lt;!channel&gt; &amp;" in told
    assert "<!channel>" not in told
    assert '"verbatim": true' in told


def test_a_branch_cannot_leave_its_quotes() -> None:
    assert "`a'b`" in text_of(blocks(branch="a`b"))


def test_without_a_link_or_a_remedy_nothing_empty_is_sent() -> None:
    kinds = [block["type"] for block in blocks(link="", remedy="", reasons=(), migrations=())]
    assert kinds == ["section", "context"]


def test_a_cut_never_splits_an_escape() -> None:
    assert fit("a<<<<", 10) == "a&lt;&lt;…"


@given(st.text(max_size=60), st.integers(min_value=1, max_value=60))
def test_a_fitted_text_is_never_longer_than_allowed(text: str, limit: int) -> None:
    assert len(fit(text, limit)) <= limit


@given(st.text(min_size=1, max_size=5), st.integers(min_value=1, max_value=20000))
def test_the_longest_message_stays_within_the_limits_of_slack(piece: str, times: int) -> None:
    long = piece * times
    made = payload(
        a_message(
            target=long, branch=long, subject=long, actor=long, repository=long, remedy=long, link=long,
            reasons=(long,) * 50, migrations=(long,) * 50,
        )
    )  # fmt: skip
    found = made["attachments"][0]["blocks"]
    assert sum(len(text_of(block)) for block in found) < 13_200
    for block in found:
        assert len(block.get("text", {}).get("text", "")) <= 3000
        assert len(block.get("fields", [])) <= 10
        assert all(0 < len(field["text"]) <= 2000 for field in block.get("fields", []))
        assert all(len(element.get("url", "")) <= 3000 for element in block.get("elements", []))


def test_what_left_the_branch_is_named_with_what_became_of_it() -> None:
    said = text_of(blocks(event=EventKind.SUCCEEDED, left=("20260101000000",)))
    assert "Reverted, because their files left the branch*\\n• 20260101000000" in said
    assert "Undone and not applied again" in text_of(blocks(event=EventKind.STUCK, left=("20260101000000",)))
