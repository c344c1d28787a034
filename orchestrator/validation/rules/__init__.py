"""All rules, in the order in which their findings are made. A new rule is named here and nowhere else."""

from typing import Any, Final

from orchestrator.domain.errors import Unavailable
from orchestrator.validation.comparison import Comparison
from orchestrator.validation.evidence import Evidence
from orchestrator.validation.marked import Marked
from orchestrator.validation.moment import Aftermath, Moment
from orchestrator.validation.permission import Permission
from orchestrator.validation.rule import AnyRule, Rule
from orchestrator.validation.rules import (
    already_exists,
    auth_users_exposed,
    bucket_made_public,
    check_scans_table,
    column_rewrites_table,
    column_type_discouraged,
    comment_missing,
    constraint_dropped,
    copy_from_files,
    copy_from_stdin,
    copy_incomplete,
    definer_callable,
    definer_search_path,
    detach_partition_blocks,
    domain_constraint_scans,
    drop_column,
    drop_in_use,
    drop_index_blocks,
    drop_object,
    drop_table,
    duplicate_assignment,
    duplicate_version,
    empty_file,
    enum_value_used_at_once,
    exclude_constraint_blocks,
    extension_in_public,
    file_edited,
    file_encoding,
    file_left,
    file_name,
    foreign_key_scans_tables,
    foreign_key_without_index,
    grant_missing,
    grant_to_anon,
    hardcoded_email,
    hardcoded_id,
    hardcoded_secret,
    held,
    hidden_sql,
    if_not_exists_hides,
    if_not_exists_missing,
    index_blocks_writes,
    large_backfill,
    linter_missing,
    long_transaction,
    looks_like_rollback,
    maintenance_blocks,
    managed_schema_changed,
    name_cut_off,
    newer_than_server,
    not_null_scans_table,
    not_there,
    not_transactional,
    on_delete_unsaid,
    out_of_order,
    outside_row_security,
    permission_invalid,
    permission_unused,
    placeholder_left,
    policies_overlap,
    policy_always_true,
    policy_asks_per_row,
    policy_column_without_index,
    policy_for_service_role,
    policy_missing,
    policy_on_disabled,
    policy_recursion,
    policy_user_metadata,
    policy_without_role,
    primary_key_blocks,
    primary_key_missing,
    psql_command,
    public_bucket_listing,
    rehearsal_failed,
    rehearsal_not_repeatable,
    reindex_blocks,
    rename,
    replication_role,
    required_column,
    role_switch,
    role_too_mighty,
    rollback_ambiguous,
    rollback_drafted,
    rollback_irreversible,
    rollback_lossy,
    rollback_missing,
    rollback_orphan,
    rollback_unproven,
    row_security_missing,
    row_security_switched_off,
    rows_in_the_way,
    rows_not_counted,
    rows_without_where,
    server_differs,
    session_setting,
    squawk_silenced,
    syntax_error,
    table_locked,
    table_rewritten,
    table_scanned,
    timestamp_without_zone,
    timestamps_missing,
    transaction_control,
    transaction_header_invalid,
    transaction_header_unused,
    trigger_disabled,
    truncate,
    type_change_rewrites_table,
    unique_constraint_blocks,
    unqualified_name,
    updated_at_trigger_missing,
    validate_in_same_transaction,
    view_bypasses_row_security,
)
from orchestrator.validation.sql_text import SqlText

#: rules that look at one file
FILE_RULES: Final[tuple[Rule[SqlText], ...]] = (
    file_encoding.RULE,
    empty_file.RULE,
    placeholder_left.RULE,
    psql_command.RULE,
    copy_from_stdin.RULE,
    syntax_error.RULE,
    transaction_control.RULE,
    not_transactional.RULE,
    transaction_header_invalid.RULE,
    transaction_header_unused.RULE,
    hardcoded_secret.RULE,
    squawk_silenced.RULE,
)

#: rules that look at one change just before it happens
MOMENT_RULES: Final[tuple[Rule[Moment[Any]], ...]] = (
    policy_user_metadata.RULE,
    extension_in_public.RULE,
    role_too_mighty.RULE,
    already_exists.RULE,
    if_not_exists_hides.RULE,
    not_there.RULE,
    on_delete_unsaid.RULE,
    timestamp_without_zone.RULE,
    column_type_discouraged.RULE,
    if_not_exists_missing.RULE,
    name_cut_off.RULE,
    exclude_constraint_blocks.RULE,
    domain_constraint_scans.RULE,
    maintenance_blocks.RULE,
    hardcoded_email.RULE,
    drop_table.RULE,
    drop_column.RULE,
    drop_object.RULE,
    rename.RULE,
    drop_in_use.RULE,
    truncate.RULE,
    rows_without_where.RULE,
    large_backfill.RULE,
    session_setting.RULE,
    role_switch.RULE,
    replication_role.RULE,
    hidden_sql.RULE,
    newer_than_server.RULE,
    enum_value_used_at_once.RULE,
    bucket_made_public.RULE,
    managed_schema_changed.RULE,
)

#: rules that look at what all files together leave behind
AFTERMATH_RULES: Final[tuple[Rule[Aftermath], ...]] = (
    primary_key_missing.RULE,
    row_security_missing.RULE,
    row_security_switched_off.RULE,
    policy_missing.RULE,
    outside_row_security.RULE,
    view_bypasses_row_security.RULE,
    auth_users_exposed.RULE,
    policy_always_true.RULE,
    policy_for_service_role.RULE,
    policy_asks_per_row.RULE,
    policy_without_role.RULE,
    policies_overlap.RULE,
    policy_recursion.RULE,
    policy_on_disabled.RULE,
    grant_missing.RULE,
    grant_to_anon.RULE,
    definer_search_path.RULE,
    definer_callable.RULE,
    public_bucket_listing.RULE,
    timestamps_missing.RULE,
    updated_at_trigger_missing.RULE,
    foreign_key_without_index.RULE,
    policy_column_without_index.RULE,
    comment_missing.RULE,
    trigger_disabled.RULE,
    constraint_dropped.RULE,
    hardcoded_id.RULE,
    unqualified_name.RULE,
    long_transaction.RULE,
)

#: rules that put a linter's marks into our words
LINT_RULES: Final[tuple[Rule[Marked], ...]] = (
    index_blocks_writes.RULE,
    drop_index_blocks.RULE,
    reindex_blocks.RULE,
    detach_partition_blocks.RULE,
    check_scans_table.RULE,
    validate_in_same_transaction.RULE,
    foreign_key_scans_tables.RULE,
    unique_constraint_blocks.RULE,
    primary_key_blocks.RULE,
    not_null_scans_table.RULE,
    required_column.RULE,
    column_rewrites_table.RULE,
    type_change_rewrites_table.RULE,
    duplicate_assignment.RULE,
)

#: what the linter is asked to look for, by its own names
MARKS: Final = tuple(sorted({mark for rule in LINT_RULES for mark in rule.marks}))

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

#: rules about the copy on which was rehearsed: they speak of no file, so no comment in one is about them
COPY_RULES: Final[tuple[Rule[Evidence], ...]] = (
    server_differs.RULE,
    copy_incomplete.RULE,
    copy_from_files.RULE,
)

#: rules about what a rehearsal showed
REHEARSAL_RULES: Final[tuple[Rule[Evidence], ...]] = (
    rehearsal_failed.RULE,
    rehearsal_not_repeatable.RULE,
    rollback_lossy.RULE,
    rollback_irreversible.RULE,
    rollback_unproven.RULE,
    rollback_drafted.RULE,
    table_rewritten.RULE,
    table_scanned.RULE,
    table_locked.RULE,
    *COPY_RULES,
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
    *REHEARSAL_RULES,
)
