"""A migration that does not apply where smoke tests would be made, told as a check tells it."""

from collections.abc import Sequence

from orchestrator.actions.baseline import Baseline
from orchestrator.actions.misspelt import meant
from orchestrator.domain.errors import Failure, TargetError
from orchestrator.domain.finding import Finding
from orchestrator.validation.rehearsal.evidence import words_of
from orchestrator.validation.rules import rehearsal_failed
from orchestrator.validation.sql_text import SqlText


def is_of(files: Sequence[SqlText], error: TargetError) -> bool:
    """Tell whether one of these files is what failed."""
    return error.nouns.get("file") in {file.path for file in files}


def told(error: TargetError, base: Baseline, files: Sequence[SqlText]) -> Finding:
    """Say which migration failed, where, and what to do about it."""
    failed = Failure.of(error)
    remedy = base.remedy_for(failed)
    near = meant(failed, files) if remedy else None
    file, line, column = (failed.nouns.get(key) for key in ("file", "line", "column"))
    return rehearsal_failed.RULE.finding(
        words_of(failed, without_place=True),
        file=file if isinstance(file, str) else None,
        at=(line, column if isinstance(column, int) else 1) if isinstance(line, int) else None,
        effect="No database could be made of the migrations, and nothing was asked",
        remedy=(f"Did you mean {near}? Else {remedy}" if near else remedy) or failed.remedy or None,
    )
