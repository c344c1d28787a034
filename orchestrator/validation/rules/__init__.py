"""All rules, in the order in which their findings are made. A new rule is named here and nowhere else."""

from typing import Final

from orchestrator.validation.comparison import Comparison
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
    looks_like_rollback,
    not_transactional,
    out_of_order,
    psql_command,
    rollback_ambiguous,
    rollback_missing,
    rollback_orphan,
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

RULES: Final[tuple[AnyRule, ...]] = (*FILE_RULES, *PLAN_RULES)
