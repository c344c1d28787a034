"""A check as one JSON value; its form is a promise (docs/commands.md)."""

from typing import Any

from orchestrator.actions.checking import Check
from orchestrator.cli.report.as_json import report_value
from orchestrator.cli.report.smoke_json import smoke_value
from orchestrator.domain.facts import Change, parts_of
from orchestrator.domain.finding import Source
from orchestrator.domain.rehearsal import Rehearsal


def check_value(check: Check) -> dict[str, Any]:
    """Return the value; lists are empty where a stage was skipped."""
    report = report_value(check.report)
    return {
        "verdict": check.report.verdict,
        "stages": [
            {"name": each.name, "outcome": each.outcome, "seconds": round(each.seconds, 3)}
            for each in check.stages
        ],
        "findings": report["findings"],
        **rehearsal_value(check.rehearsal),
        "smoke": smoke_value(
            check.rehearsal.matrix if check.rehearsal else None,
            [each for each in check.report.findings if each.source is Source.SMOKE],
            before=check.before,
            tests=check.rehearsal.tested if check.rehearsal else (),
        ),
    }


def rehearsal_value(rehearsal: Rehearsal | None) -> dict[str, Any]:
    """Return the ways back and the trace."""
    if rehearsal is None:
        return {"rollbacks": [], "trace": []}
    return {
        "rollbacks": [
            {
                "version": each.version,
                "source": each.source,
                "verdict": each.verdict,
                "residue": [_change(change) for change in each.residue],
                "losses": each.losses,
                "failure": each.failure.message if each.failure else None,
            }
            for each in rehearsal.rollbacks
        ],
        "trace": [
            {
                "version": each.version,
                "line": each.line,
                "locks": [{"relation": lock.relation, "mode": lock.mode} for lock in each.locks],
                "rewrites": each.rewrites,
                "scans": each.scans,
                "seconds": round(each.seconds, 4),
            }
            for each in rehearsal.trace
        ],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "identity": change.identity,
        "headline": change.headline,
        "before": None if change.before is None else parts_of(change.before),
        "after": None if change.after is None else parts_of(change.after),
    }
