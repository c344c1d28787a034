"""Rehearsals that never took place, written down in TOML: examples of what rules say about them.

Top level: `rollbacks` (files), `require_same_major`, `failed_again`, `atomic`. Tables: `migrations` (text by
the file's name), `proofs`, `trace` (of the first migration unless `file` names another), `copy`, `failed`,
`apart` (like `failed`), `sizes`, `long_transactions`, `said`.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from orchestrator.domain.errors import Failure
from orchestrator.domain.facts import Change
from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.migration import Migration, SqlFile, checksum
from orchestrator.domain.plan import Plan
from orchestrator.domain.rehearsal import (
    CopyOrigin,
    HeldLock,
    Rehearsal,
    RollbackProof,
    RollbackSource,
    RollbackVerdict,
    ScratchCopy,
    StatementTrace,
)
from orchestrator.domain.shape import Name, Shape
from orchestrator.domain.survey import LongTransaction, Size, Survey
from orchestrator.validation.rehearsed import rehearsal_findings
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

_MIGRATIONS = "supabase/migrations/"
_ROLLBACKS = "supabase/rollbacks/"


def rehearsed(example: Path) -> tuple[Finding, ...]:
    """Return what is said about an example."""
    return findings_of(tomllib.loads(example.read_text()))


def findings_of(told: Mapping[str, Any], terms: Terms | None = None) -> tuple[Finding, ...]:
    """Return what is said about a rehearsal that was written down."""
    files = [
        SqlText(path=_MIGRATIONS + name, content=text.encode()) for name, text in told["migrations"].items()
    ]
    return rehearsal_findings(
        Plan(pending=tuple(_migration(file, told.get("rollbacks", ())) for file in files)),
        _rehearsal(told, files),
        files=files,
        terms=terms or _terms(told),
        require_same_major=told.get("require_same_major", False),
        said=[_said(files, **each) for each in told.get("said", ())],
    )


def _migration(file: SqlText, rollbacks: Sequence[str]) -> Migration:
    name = file.path.rpartition("/")[2]
    rollback = SqlFile(path=_ROLLBACKS + name, sha256=checksum(b"")) if name in rollbacks else None
    migration = Migration.of(SqlFile(path=file.path, sha256=checksum(file.content)), rollback)
    assert migration is not None
    return migration


def _rehearsal(told: Mapping[str, Any], files: Sequence[SqlText]) -> Rehearsal:
    failed, apart = told.get("failed"), told.get("apart")
    return Rehearsal(
        copy=_copy(**told.get("copy", {})),
        in_one_transaction=apart is None,
        apart_because=_failure(**apart) if apart else None,
        rollbacks=tuple(_proof(**each) for each in told.get("proofs", ())),
        trace=tuple(_trace(**{"file": files[0].path, **each}) for each in told.get("trace", ())),
        failed=_failure(**failed) if failed else None,
        failed_again=told.get("failed_again", False),
    )


def _copy(origin: str = "target", missing: Sequence[Mapping[str, str]] = (), **more: Any) -> ScratchCopy:
    numbers = {"server_major": 18, **more}
    return ScratchCopy(
        database="copy",
        role="postgres",
        origin=CopyOrigin(origin),
        missing=tuple(_change(**each) for each in missing),
        **numbers,
    )


def _proof(
    *,
    version: str,
    verdict: str,
    source: str = "file",
    residue: Sequence[Mapping[str, str]] = (),
    losses: Sequence[str] = (),
    failure: Mapping[str, Any] | None = None,
) -> RollbackProof:
    return RollbackProof(
        version=version,
        source=RollbackSource(source),
        verdict=RollbackVerdict(verdict),
        residue=tuple(_change(**each) for each in residue),
        losses=tuple(losses),
        failure=_failure(**failure) if failure else None,
    )


def _change(kind: str, identity: str, before: str | None = None, after: str | None = None) -> Change:
    return Change(kind=kind, identity=identity, before=before, after=after)


def _failure(message: str, remedy: str = "", **nouns: Any) -> Failure:
    return Failure(family="target", code="sql-failed", message=message, remedy=remedy, nouns=nouns)


def _trace(
    *,
    file: str,
    line: int,
    locks: Mapping[str, str] | None = None,
    rewrites: Sequence[str] = (),
    scans: Sequence[str] = (),
) -> StatementTrace:
    name = file.rpartition("/")[2]
    return StatementTrace(
        version=name.partition("_")[0],
        file=_MIGRATIONS + name,
        line=line,
        locks=tuple(HeldLock(relation=relation, mode=mode) for relation, mode in (locks or {}).items()),
        rewrites=tuple(rewrites),
        scans=tuple(scans),
    )


def _said(files: Sequence[SqlText], rule: str, line: int, about: str) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.NOTE,
        source=Source.SQUAWK,
        message="",
        file=files[0].path,
        line=line,
        column=1,
        object=about,
    )


def _terms(told: Mapping[str, Any]) -> Terms:
    """Know a target where sizes or transactions are told."""
    if not {"sizes", "long_transactions"} & told.keys():
        return Terms()
    return Terms(
        atomic=told.get("atomic", False),
        survey=Survey(
            target="staging",
            server_major=18,
            shape=Shape(),
            sizes={
                _name(name): Size(rows=rows, bytes=size)
                for name, (rows, size) in told.get("sizes", {}).items()
            },
            long_transactions=tuple(
                LongTransaction(**{**each, "tables": tuple(map(_name, each["tables"]))})
                for each in told.get("long_transactions", ())
            ),
        ),
    )


def _name(written: str) -> Name:
    return Name(*written.split("."))
