from dataclasses import replace

from orchestrator.domain.deployment import Outcome, Stage, Status
from orchestrator.domain.errors import Failure
from orchestrator.domain.facts import Change
from orchestrator.domain.plan import Plan
from orchestrator.domain.rehearsal import (
    CopyOrigin,
    Rehearsal,
    RollbackProof,
    RollbackSource,
    RollbackVerdict,
)
from orchestrator.web.rehearsal_view import Lines, RehearsalView, WayBack, view_of
from orchestrator.web.story import drafts_of, story_of
from tests.support.told_deployments import RUNS, deployment
from tests.support.told_rehearsals import (
    BROKEN,
    DRAFT,
    DRAFTS,
    PLANNED,
    REHEARSAL,
    REHEARSED,
    REHEARSED_RUNS,
    trace,
)

TEXTS = {sha256: text.decode() for sha256, text in DRAFTS.items()}


def seen(rehearsal: Rehearsal = REHEARSAL, **changes: object) -> RehearsalView:
    return view_of(replace(rehearsal, **changes), Plan(pending=PLANNED), TEXTS)  # type: ignore[arg-type]


def way(version: str, view: RehearsalView | None = None) -> WayBack:
    return next(each for each in (view or seen()).ways if each.version == version)


def test_it_says_on_what_and_how_it_was_rehearsed() -> None:
    assert " ".join(seen().about) == (
        "On a copy of the target's schema, kept from an earlier rehearsal, PostgreSQL 18, while the target "
        "is PostgreSQL 15. All files in one transaction. Only acted there: pg_cron."
    )


def test_what_was_built_from_files_says_why_and_what_was_played_file_by_file_too() -> None:
    copy = replace(
        REHEARSAL.copy,
        origin=CopyOrigin.FILES,
        why_files="there is no pg_dump here",
        target_major=18,
        stand_ins=(),
    )
    apart = Failure(family="target", code="sql-failed", message="an enum value is new")
    view = seen(copy=copy, in_one_transaction=False, apart_because=apart)
    assert " ".join(view.about) == (
        "On a database built from the migrations' files, PostgreSQL 18: there is no pg_dump here. "
        "File by file, for one transaction does not hold them: an enum value is new."
    )


def test_what_the_copy_lacks_is_named_without_definitions() -> None:
    assert seen().lacks.shown == ("extension postgis is missing", "function public.near(point) is missing")


def test_every_way_back_says_its_verdict_and_where_it_comes_from() -> None:
    assert [(each.verdict, each.source) for each in seen().ways] == [
        (RollbackVerdict.PROVEN, "back by the author's file"),
        (RollbackVerdict.PROVEN, "back by a draft, no file is written"),
        (RollbackVerdict.LOSSY, "back by the author's file"),
        (RollbackVerdict.IRREVERSIBLE, "back by the author's file"),
        (RollbackVerdict.UNPROVEN, "back by the author's file"),
        (RollbackVerdict.MISSING, "no way back: no file is written, and no draft holds"),
    ]
    assert seen().count[RollbackVerdict.PROVEN] == 2


def test_what_is_lost_and_what_is_left_behind_are_two_things() -> None:
    lossy, unproven, missing = (way(PLANNED[number].version) for number in (2, 4, 5))
    assert (lossy.lost, lossy.rows.shown[0]) == (True, "the rows of public.old_prices")
    assert unproven.left_behind.shown == ("index public.orders_note_idx should not be there",)
    assert (missing.lost, len(missing.rows.shown)) == (False, 1)


def test_a_draft_is_shown_where_one_is_kept_and_never_without_an_end() -> None:
    version = PLANNED[1].version
    assert way(version).draft == DRAFT.decode()
    endless = view_of(REHEARSAL, Plan(pending=PLANNED), dict.fromkeys(TEXTS, "x" * 50_000))
    text = way(version, endless).draft
    assert text is not None
    assert len(text) < 21_000
    assert text.endswith("-- … and 30,000 characters more")


def test_a_draft_that_loses_rows_is_said_not_to_be_used() -> None:
    proof = replace(REHEARSAL.rollbacks[1], verdict=RollbackVerdict.LOSSY)
    assert way(proof.version, seen(rollbacks=(proof,))).source == "back by a draft, which is not to be used"


def test_of_the_locks_on_a_relation_the_strongest_is_told_with_what_was_done() -> None:
    (lock,) = way(PLANNED[0].version).locks
    assert (lock.mode, lock.relation, lock.line) == ("ACCESS EXCLUSIVE", "public.orders", 3)
    assert (lock.keeps_out, lock.rewritten, lock.scanned) == ("everybody", True, False)
    assert [each.keeps_out for each in way(PLANNED[4].version).locks] == ["writers"]
    assert [each.keeps_out for each in way(PLANNED[5].version).locks] == [""]


def test_the_strongest_locks_come_first_and_only_so_many() -> None:
    version = PLANNED[0].version
    many = [trace(version, number, f"public.t{number:03}", "RowShareLock") for number in range(200)]
    found = way(version, seen(trace=(*many, trace(version, 201, "public.z", "ExclusiveLock"))))
    assert found.locks[0].relation == "public.z"
    assert (len(found.locks), found.more_locks) == (8, 193)


def test_a_list_of_what_is_left_behind_is_never_longer_than_one_can_read() -> None:
    residue = tuple(
        Change(kind="function", identity=f"public.f{number}()", before=None, after="x")
        for number in range(60)
    )
    proof = replace(REHEARSAL.rollbacks[4], residue=residue)
    left = way(proof.version, seen(rollbacks=(proof,))).left_behind
    assert (len(left.shown), left.more) == (8, 52)


def test_a_migration_that_does_not_apply_says_so_and_those_beside_it_were_not_judged() -> None:
    view = seen(rollbacks=(), failed=BROKEN)
    assert {each.verdict for each in view.ways} == {None}
    assert way(PLANNED[1].version, view).failure.startswith("It does not apply: supabase/migrations/")
    assert way(PLANNED[0].version, view).failure == "It did not come to its way back."


def test_a_migration_that_applies_only_once_keeps_its_verdict() -> None:
    broken = way(PLANNED[1].version, seen(failed=BROKEN, failed_again=True))
    assert broken.verdict is RollbackVerdict.PROVEN
    assert broken.failure.startswith("It does not apply once more after it was taken back: ")


def test_a_rollback_that_does_not_run_says_why() -> None:
    proof = RollbackProof(
        version=PLANNED[0].version,
        source=RollbackSource.FILE,
        verdict=RollbackVerdict.UNPROVEN,
        failure=BROKEN,
    )
    assert way(proof.version, seen(rollbacks=(proof,))).failure.startswith("Its rollback does not run: ")


def test_without_a_plan_that_can_be_read_versions_are_all_there_is() -> None:
    view = view_of(REHEARSAL, None, {})
    assert [(each.name, each.draft) for each in view.ways] == [("", None)] * 6


# --- in the story ---


def test_the_story_knows_which_drafts_to_ask_for_and_which_rollback_would_run() -> None:
    assert drafts_of(REHEARSED_RUNS) == tuple(DRAFTS)
    fates = story_of(REHEARSED, REHEARSED_RUNS, TEXTS).fates
    assert [fate.rollback.value for fate in fates] == ["file", "draft", "file", "file", "file", "none"]


def test_a_record_from_before_there_were_rehearsals_shows_neither_the_stage_nor_the_section() -> None:
    story = story_of(deployment(1, Status.SUCCEEDED), RUNS)
    assert story.rehearsal is None
    assert Stage.REHEARSE not in {step.stage for step in story.steps}
    assert drafts_of(RUNS) == ()


def test_a_rehearsal_that_was_switched_off_is_a_skipped_stage_and_no_section() -> None:
    skipped = replace(REHEARSED_RUNS[2], outcome=Outcome.SKIPPED, gave=None)
    story = story_of(deployment(1, Status.SUCCEEDED), (skipped,))
    assert story.rehearsal is None
    assert {step.stage: step.state for step in story.steps}[Stage.REHEARSE] == "skipped"


def test_nothing_is_lacking_where_the_copy_has_it_all() -> None:
    assert seen(copy=replace(REHEARSAL.copy, missing=())).lacks == Lines()
