"""What a rehearsal showed, as the page tells it.

Things are named and never shown: a definition may hold what is not for everybody. Only the draft of a
rollback is made of definitions, and may be read as the files may.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from orchestrator.domain.difference import outermost
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
from orchestrator.validation.rehearsal.evidence import unlike

#: lines of one kind that are shown for a migration; the rest is counted
_MOST: Final = 8
#: characters of a draft
_LONGEST_DRAFT: Final = 20_000
#: modes of locks, the weakest first
_STRENGTH: Final = {
    mode: strength
    for strength, mode in enumerate(
        (
            *("AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock"),
            *("ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"),
        )
    )
}
#: from here on others cannot write
_KEEPS_WRITERS_OUT: Final = _STRENGTH["ShareLock"]
_KEEPS_ALL_OUT: Final = _STRENGTH["AccessExclusiveLock"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """A list that is never longer than one can read."""

    shown: tuple[str, ...] = ()
    #: how many there are beyond
    more: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Lock:
    """The strongest lock that a migration took on a relation that was there before, and what it did there."""

    relation: str
    #: as SQL writes it
    mode: str
    #: "everybody", "writers", or "" for nobody who reads or writes rows
    keeps_out: str
    #: of the statement that took it
    line: int
    rewritten: bool
    #: read from end to end
    scanned: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class WayBack:
    """One migration in the rehearsal."""

    version: str
    name: str
    #: None: it did not come to that
    verdict: RollbackVerdict | None
    #: by what it leads, in words; empty where nothing was tried
    source: str
    #: why it did not run, or why the migration itself did not
    failure: str
    left_behind: Lines
    #: rows and values, one line each
    rows: Lines
    #: whether those are certainly lost; else nobody can tell
    lost: bool
    #: the drafted SQL, cut where it is very long; None where none was kept
    draft: str | None
    locks: tuple[Lock, ...]
    #: relations locked beyond those
    more_locks: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RehearsalView:
    """All of it."""

    #: on what, and how, in sentences
    about: tuple[str, ...]
    #: what the copy does not have, or has otherwise
    lacks: Lines
    ways: tuple[WayBack, ...]
    #: how many rollbacks have which verdict, in the order of the verdicts
    count: Mapping[RollbackVerdict, int]


def view_of(rehearsal: Rehearsal, plan: Plan | None, drafts: Mapping[str, str]) -> RehearsalView:
    """Tell it; `drafts` are the texts that could be had, by their sha256."""
    verdicts = [proof.verdict for proof in rehearsal.rollbacks]
    return RehearsalView(
        about=(_origin(rehearsal.copy), *_how(rehearsal)),
        lacks=_lines([unlike(change) for change in outermost(rehearsal.copy.missing)]),
        ways=tuple(_ways(rehearsal, plan, drafts)),
        count={verdict: verdicts.count(verdict) for verdict in RollbackVerdict if verdict in verdicts},
    )


def _origin(copy: ScratchCopy) -> str:
    major = f"PostgreSQL {copy.server_major}"
    if copy.server_differs:
        major += f", while the target is PostgreSQL {copy.target_major}"
    if copy.origin is CopyOrigin.FILES:
        why = f": {copy.why_files}" if copy.why_files else ""
        return f"On a database built from the migrations' files, {major}{why}."
    age = "kept from an earlier rehearsal" if copy.kept else "made for this rehearsal"
    return f"On a copy of the target's schema, {age}, {major}."


def _how(rehearsal: Rehearsal) -> Iterator[str]:
    if rehearsal.in_one_transaction:
        yield "All files in one transaction."
    else:
        why = rehearsal.apart_because
        yield f"File by file{f', for one transaction does not hold them: {why.message}' if why else ''}."
    if rehearsal.copy.stand_ins:
        yield f"Only acted there: {', '.join(rehearsal.copy.stand_ins)}."


def _ways(rehearsal: Rehearsal, plan: Plan | None, drafts: Mapping[str, str]) -> Iterator[WayBack]:
    proofs = {proof.version: proof for proof in rehearsal.rollbacks}
    names = {migration.version: migration.name for migration in plan.pending} if plan else {}
    failed = rehearsal.failed.nouns.get("version") if rehearsal.failed else None
    for version in dict.fromkeys([*names, *proofs]):
        proof = proofs.get(version)
        locks = _locks([each for each in rehearsal.trace if each.version == version])
        yield WayBack(
            version=version,
            name=names.get(version, ""),
            verdict=proof.verdict if proof else None,
            source=_source(proof) if proof else "",
            failure=_failure(rehearsal, proof, failed=version == failed),
            left_behind=_lines([unlike(change) for change in outermost(proof.residue)] if proof else ()),
            rows=_lines(proof.losses if proof else ()),
            lost=proof is not None and proof.verdict is RollbackVerdict.LOSSY,
            draft=_draft(proof, drafts),
            locks=locks[:_MOST],
            more_locks=max(0, len(locks) - _MOST),
        )


def _source(proof: RollbackProof) -> str:
    match proof.source, proof.verdict:
        case RollbackSource.FILE, _:
            return "back by the author's file"
        case RollbackSource.DRAFT, RollbackVerdict.PROVEN:
            return "back by a draft, no file is written"
        case RollbackSource.DRAFT, _:
            return "back by a draft, which is not to be used"
        case _, RollbackVerdict.PROVEN:
            return "nothing to take back"
    return "no way back: no file is written, and no draft holds"


def _failure(rehearsal: Rehearsal, proof: RollbackProof | None, *, failed: bool) -> str:
    if proof is not None and proof.failure is not None:
        return f"Its rollback does not run: {proof.failure.message}"
    if failed and rehearsal.failed is not None:
        when = (
            "does not apply once more after it was taken back" if rehearsal.failed_again else "does not apply"
        )
        return f"It {when}: {rehearsal.failed.message}"
    return "" if proof is not None else "It did not come to its way back."


def _draft(proof: RollbackProof | None, drafts: Mapping[str, str]) -> str | None:
    text = drafts.get(proof.draft.sha256) if proof and proof.draft else None
    if text is None or len(text) <= _LONGEST_DRAFT:
        return text
    return f"{text[:_LONGEST_DRAFT]}\n-- … and {len(text) - _LONGEST_DRAFT:,} characters more"


def _lines(lines: Sequence[str]) -> Lines:
    return Lines(shown=tuple(lines[:_MOST]), more=max(0, len(lines) - _MOST))


def _locks(trace: Sequence[StatementTrace]) -> tuple[Lock, ...]:
    """Put together what the statements of one migration did to each relation, the strongest lock first."""
    held: dict[str, tuple[HeldLock, int]] = {}
    for statement in trace:
        for lock in statement.locks:
            if lock.relation not in held or _strength(lock) > _strength(held[lock.relation][0]):
                held[lock.relation] = lock, statement.line
    rewritten = {relation for each in trace for relation in each.rewrites}
    scanned = {relation for each in trace for relation in each.scans}
    found = sorted(held.values(), key=lambda each: (-_strength(each[0]), each[0].relation))
    return tuple(
        Lock(
            relation=lock.relation,
            mode=lock.words,
            keeps_out=_keeps_out(lock),
            line=line,
            rewritten=lock.relation in rewritten,
            scanned=lock.relation in scanned,
        )
        for lock, line in found
    )


def _strength(lock: HeldLock) -> int:
    return _STRENGTH.get(lock.mode, -1)


def _keeps_out(lock: HeldLock) -> str:
    strength = _strength(lock)
    if strength < _KEEPS_WRITERS_OUT:
        return ""
    return "everybody" if strength >= _KEEPS_ALL_OUT else "writers"
