"""What smoke tests saw as one JSON value, of a check or by themselves; its form is a promise."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orchestrator.actions.smoking import Smoked
from orchestrator.domain.declared import TestedFile
from orchestrator.domain.finding import Finding, verdict_of
from orchestrator.domain.matrix import Cell, CellResult, Matrix


def smoke_value(
    matrix: Matrix | None,
    findings: Sequence[Finding],
    *,
    before: Matrix | None = None,
    tests: Sequence[TestedFile] = (),
) -> dict[str, Any]:
    """Return the matrix with what stood there before, each finding below the relations that it is about."""
    shown = {} if matrix is None else shown_by(matrix)
    about: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for finding in findings:
        for relation in shown.get(finding.object or "", ()):
            about[relation].append(_finding(finding))
    return {
        "verdict": verdict_of(findings),
        "tables": [] if matrix is None else list(_tables(matrix, before, about)),
        "tests": [_tested(each) for each in tests],
    }


def smoked_value(smoked: Smoked) -> dict[str, Any]:
    """Return the same with all findings, worst first: some are about no relation that is exposed."""
    return {
        **smoke_value(smoked.matrix, smoked.findings, tests=smoked.tested),
        "findings": [_finding(each) for each in smoked.findings],
        "without_rows": smoked.without_rows or None,
    }


def shown_by(matrix: Matrix) -> Mapping[str, tuple[str, ...]]:
    """Tell for each object under which relations its findings stand.

    Those of a relation under itself, and those of a view or a function also under what it exposes.
    """
    names = {relation.name for relation in matrix.relations}
    shown = {each.name: tuple(name for name in each.reads if name in names) for each in matrix.functions}
    for each in matrix.relations:
        shown[each.name] = (each.name, *(name for name in each.bypasses if name in names))
    return shown


def _tables(
    matrix: Matrix, before: Matrix | None, about: Mapping[str, list[dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    earlier = _results(before) if before else {}
    for relation in matrix.relations:
        yield {
            "table": relation.name,
            "cells": [
                _cell(cell, earlier.get((relation.name, cell.identity, cell.command)))
                for cell in relation.cells
            ],
            "findings": about.get(relation.name, []),
        }


def _cell(cell: Cell, before: CellResult | None) -> dict[str, Any]:
    value: dict[str, Any] = {
        "identity": cell.identity,
        "command": cell.command,
        "result": cell.result,
        "sqlstate": cell.sqlstate,
        "before": before,
    }
    if cell.reach is not None:
        value["rows"] = {"own": cell.reach.own, "others": cell.reach.others}
    return value


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "effect": finding.effect,
        "remedy": finding.remedy,
        "object": finding.object,
    }


def _tested(file: TestedFile) -> dict[str, Any]:
    return {
        "file": file.path,
        "outcome": file.outcome,
        "tests": [
            {
                "number": each.number,
                "name": each.name,
                "line": each.line,
                "outcome": each.outcome,
                "detail": each.detail,
            }
            for each in file.tests
        ],
        "mistakes": [
            {"line": each.line, "message": each.message, "remedy": each.remedy} for each in file.mistakes
        ],
    }


def _results(matrix: Matrix) -> Mapping[tuple[str, str, str], CellResult]:
    return {
        (relation.name, cell.identity, cell.command): cell.result
        for relation in matrix.relations
        for cell in relation.cells
    }
