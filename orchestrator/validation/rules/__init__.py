"""All rules, in the order in which their findings are made. A new rule is named here and nowhere else."""

from typing import Any, Final

from orchestrator.domain.errors import Unavailable
from orchestrator.validation.comparison import Comparison
from orchestrator.validation.marked import Marked
from orchestrator.validation.moment import Aftermath, Moment
from orchestrator.validation.permission import Permission
from orchestrator.validation.rule import AnyRule, Rule
from orchestrator.validation.rules import (
    copy_from_stdin,
    duplicate_version,
    empty_file,
    file_edited,
    file_encoding,
    file_left,
    file_name,
    held,
    index_blocks_writes,
    linter_missing,
    looks_like_rollback,
    not_transactional,
    out_of_order,
    permission_invalid,
    permission_unused,
    policy_user_metadata,
    primary_key_missing,
    psql_command,
    rollback_ambiguous,
    rollback_missing,
    rollback_orphan,
    rows_in_the_way,
    rows_not_counted,
    syntax_error,
    transaction_control,
)
from orchestrator.validation.sql_text import SqlText

#: rules that look at one file
FILE_RULES: Final[tuple[Rule[SqlText], ...]] = (
    file_encoding.RULE,
    empty_file.RULE,
    psql_command.RULE,
    copy_from_stdin.RULE,
    syntax_error.RULE,
    transaction_control.RULE,
    not_transactional.RULE,
)

#: rules that look at one change just before it happens
MOMENT_RULES: Final[tuple[Rule[Moment[Any]], ...]] = (policy_user_metadata.RULE,)

#: rules that look at what all files together leave behind
AFTERMATH_RULES: Final[tuple[Rule[Aftermath], ...]] = (primary_key_missing.RULE,)

#: rules that put a linter's marks into our words
LINT_RULES: Final[tuple[Rule[Marked], ...]] = (index_blocks_writes.RULE,)

#: rules about what authors allow
PERMISSION_RULES: Final[tuple[Rule[Permission], ...]] = (
    permission_invalid.RULE,
    permission_unused.RULE,
)

#: rules about the target's rows; see preflight.py
PREFLIGHT_RULES: Final[tuple[AnyRule, ...]] = (rows_in_the_way.RULE, rows_not_counted.RULE)

#: rules about sources that could not be asked
SOURCE_RULES: Final[tuple[Rule[Unavailable], ...]] = (linter_missing.RULE,)

#: rules that hold the files against the history
PLAN_RULES: Final[tuple[Rule[Comparison], ...]] = (
    file_name.RULE,
    looks_like_rollback.RULE,
    duplicate_version.RULE,
    out_of_order.RULE,
    file_left.RULE,
    file_edited.RULE,
    held.RULE,
    rollback_ambiguous.RULE,
    rollback_orphan.RULE,
    rollback_missing.RULE,
)

RULES: Final[tuple[AnyRule, ...]] = (
    *PLAN_RULES,
    *FILE_RULES,
    *MOMENT_RULES,
    *AFTERMATH_RULES,
    *LINT_RULES,
    *PERMISSION_RULES,
    *PREFLIGHT_RULES,
    *SOURCE_RULES,
)
