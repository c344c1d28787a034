"""Carry the whole plan out on a scratch copy of the target: up, smoke, down, the same facts?, up again.

Takes          a Plan whose findings do not refuse, the contents of its files, a copy of the target
Gives          Rehearsal: what each statement did, and a verdict on each way back
Fails with     Unavailable when the scratch server is away; a migration that fails is a finding
Leaves behind  proven drafts of rollbacks in the ledger; nothing on the target, nothing on the copy

Each way back is judged by itself: what a wrong one leaves behind is undone before the next is tried.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from orchestrator.domain.added_identity import AddedIdentity
from orchestrator.domain.blame import Key
from orchestrator.domain.crash_point import crash_point
from orchestrator.domain.declared import TestFile, folder_of_tests
from orchestrator.domain.deployment import Done, Outcome
from orchestrator.domain.finding import Finding, Verdict, as_set, verdict_of
from orchestrator.domain.opening import Opening
from orchestrator.domain.plan import Plan
from orchestrator.domain.rehearsal import NotInOneTransaction, Rehearsal, ScratchCopy
from orchestrator.domain.shape import Shape
from orchestrator.domain.survey import Survey
from orchestrator.domain.target import TargetPolicy
from orchestrator.ports import ContentStore, Scratch
from orchestrator.stages.rehearse.playing import Departs, Played, Rehearsing
from orchestrator.validation.rehearsal.played import ToPlay
from orchestrator.validation.rehearsed import rehearsal_findings
from orchestrator.validation.rules import file_left
from orchestrator.validation.script import read_script
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

if TYPE_CHECKING:
    from orchestrator.domain.errors import Failure

__all__ = ["Departs", "Played", "play", "run"]


def run(
    plan: Plan,
    *,
    contents: Mapping[str, bytes],
    policy: TargetPolicy,
    scratch: Scratch,
    copy: ScratchCopy,
    seen: Survey,
    kept: ContentStore,
    said: Sequence[Finding] = (),
    departs: Departs | None = None,
    touched: Mapping[str, frozenset[Key] | None] | None = None,
    tests: Sequence[TestFile] = (),
) -> Done[Rehearsal]:
    """Rehearse, keep what was drafted, and say what it showed.

    `seen` is the live target's survey, for the sizes; `said` is what the review found: nothing is told twice.
    `departs` undoes first what left the branch; `touched` is what each version changed that came after that
    and stays, None where nobody knows. `tests` are what the commit declares.
    """
    played = play(
        plan,
        contents=contents,
        scratch=scratch,
        copy=copy,
        exposed_schemas=policy.exposed_schemas,
        target=policy.name,
        shape=None if departs else seen.shape,
        departs=departs,
        openings=policy.openings,
        identities=policy.identities,
        made_up_rows=policy.rows_on_scratch,
        tests=tests,
        tests_folder=folder_of_tests(policy.directory),
    )
    crash_point("rehearse: play done")
    if played.drafts:
        kept.keep([*played.drafts.values()])
        crash_point("rehearse: drafts kept")
    findings = rehearsal_findings(
        plan,
        played.rehearsal,
        smoke=[*as_set(played.smoke, policy.severities)],
        files=[SqlText(path=each.file.path, content=contents[each.file.sha256]) for each in plan.pending],
        terms=Terms.of(policy, seen),
        require_same_major=policy.require_same_major,
        said=said,
    )
    if played.rehearsal.departed is not None:
        findings = (*file_left.not_only_theirs(played.rehearsal.departed, touched or {}), *findings)
    refused = verdict_of(findings) is Verdict.REFUSE
    return Done(
        outcome=Outcome.REFUSED if refused else Outcome.PASSED, gave=played.rehearsal, findings=findings
    )


def play(
    plan: Plan,
    *,
    contents: Mapping[str, bytes],
    scratch: Scratch,
    copy: ScratchCopy,
    exposed_schemas: Sequence[str],
    target: str = "",
    shape: Shape | None = None,
    departs: Departs | None = None,
    openings: Sequence[Opening] = (),
    identities: Sequence[AddedIdentity] = (),
    made_up_rows: bool = False,
    tests: Sequence[TestFile] = (),
    tests_folder: str = "supabase/tests",
    tests_before: bool = True,
) -> Played:
    """Rehearse; in one transaction where that is possible, else file by file.

    `shape` is what is there before the first migration, for the judgement of what rows are lost; `departs`
    undoes first what left the branch. `openings` are declared as meant, `identities` are asked as besides.
    `made_up_rows`: the smoke tries which rows policies let somebody reach; `tests` are run after all
    migrations and, where one fails, before them too if `tests_before`.
    """
    told = ToPlay(
        plan=plan,
        contents=contents,
        exposed_schemas=exposed_schemas,
        shape=shape,
        openings=openings,
        identities=identities,
        made_up_rows=made_up_rows,
        tests=tests,
        tests_folder=tests_folder,
        tests_before=tests_before,
    )
    because: Failure | None = None
    if not any(read_script(told.up(each)).runs_alone for each in plan.pending):
        try:
            with scratch.playing(copy, together=True, target=target) as stand:
                return Rehearsing(told, stand, copy, in_one_transaction=True).carry_out(departs)
        except NotInOneTransaction as apart:
            because = apart.failure
    with scratch.playing(copy, together=False, target=target) as stand:
        played = Rehearsing(told, stand, copy, in_one_transaction=False).carry_out(departs)
    return replace(played, rehearsal=replace(played.rehearsal, apart_because=because))
