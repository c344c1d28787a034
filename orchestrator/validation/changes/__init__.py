"""What a statement does, in our own words: the syntax tree translated once, for all rules.

Names are as written (without a schema where none was written), types as format_type writes them. Offsets are
0-based, in characters of the statement's text. What no rule asks for is not translated.
"""

from orchestrator.validation.changes.change import Change, TableChange
from orchestrator.validation.changes.code import (
    AlterFunction,
    CreateFunction,
    CreateTrigger,
    CreateView,
    Unseen,
)
from orchestrator.validation.changes.definitions import ColumnDefinition, Constraint, ConstraintKind
from orchestrator.validation.changes.objects import (
    AddDomainConstraint,
    AddEnumValue,
    CreateEnum,
    CreateObject,
    Drop,
    Rename,
    SetComment,
    SetSchema,
)
from orchestrator.validation.changes.rows import CallFunction, ChangeRows, Feature, Maintain, SetSetting, Verb
from orchestrator.validation.changes.security import (
    AlterPolicy,
    ChangeDefaultGrants,
    ChangeGrants,
    ChangeMembership,
    ChangeRole,
    CreatePolicy,
)
from orchestrator.validation.changes.tables import (
    AddColumn,
    AddConstraint,
    AlterColumnType,
    AlterTable,
    AttachPartition,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropConstraint,
    ForceRowSecurity,
    SetDefault,
    SetNotNull,
    SetOptions,
    SetRowSecurity,
    ValidateConstraint,
)

__all__ = [
    "AddColumn",
    "AddConstraint",
    "AddDomainConstraint",
    "AddEnumValue",
    "AlterColumnType",
    "AlterFunction",
    "AlterPolicy",
    "AlterTable",
    "AttachPartition",
    "CallFunction",
    "Change",
    "ChangeDefaultGrants",
    "ChangeGrants",
    "ChangeMembership",
    "ChangeRole",
    "ChangeRows",
    "ColumnDefinition",
    "Constraint",
    "ConstraintKind",
    "CreateEnum",
    "CreateFunction",
    "CreateIndex",
    "CreateObject",
    "CreatePolicy",
    "CreateTable",
    "CreateTrigger",
    "CreateView",
    "Drop",
    "DropColumn",
    "DropConstraint",
    "Feature",
    "ForceRowSecurity",
    "Maintain",
    "Rename",
    "SetComment",
    "SetDefault",
    "SetNotNull",
    "SetOptions",
    "SetRowSecurity",
    "SetSchema",
    "SetSetting",
    "TableChange",
    "Unseen",
    "ValidateConstraint",
    "Verb",
]
