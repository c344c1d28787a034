"""A check as one JSON value; its form is a promise (docs/commands.md)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orchestrator.actions.checking import Check
from orchestrator.cli.report.as_json import report_value
from orchestrator.domain.facts import Change, parts_of
from orchestrator.domain.finding import Finding, Source, verdict_of
from orchestrator.domain.matrix import CellResult, Matrix
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
        "smoke": smoke_value(check),
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


def smoke_value(check: Check) -> dict[str, Any]:
    """Return the matrix with what stood there before, and the findings of each relation."""
    findings = [each for each in check.report.findings if each.source is Source.SMOKE]
    matrix = check.rehearsal.matrix if check.rehearsal else None
    return {
        "verdict": verdict_of(findings),
        "tables": list(_tables(matrix, check.before, findings)) if matrix else [],
        "tests": [],
    }


def _tables(matrix: Matrix, before: Matrix | None, findings: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    earlier = _results(before) if before else {}
    about: Mapping[str | None, list[Any]] = defaultdict(list)
    for each in findings:
        told = {"rule": each.rule, "severity": each.severity, "message": each.message, "object": each.object}
        about[each.object].append(told)
    for relation in matrix.relations:
        yield {
            "table": relation.name,
            "cells": [
                {
                    "identity": cell.identity,
                    "command": cell.command,
                    "result": cell.result,
                    "sqlstate": cell.sqlstate,
                    "before": earlier.get((relation.name, cell.identity, cell.command)),
                }
                for cell in relation.cells
            ],
            "findings": about.get(relation.name, []),
        }


def _results(matrix: Matrix) -> Mapping[tuple[str, str, str], CellResult]:
    return {
        (relation.name, cell.identity, cell.command): cell.result
        for relation in matrix.relations
        for cell in relation.cells
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "identity": change.identity,
        "headline": change.headline,
        "before": None if change.before is None else parts_of(change.before),
        "after": None if change.after is None else parts_of(change.after),
    }
