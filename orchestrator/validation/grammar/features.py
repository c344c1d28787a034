"""What only newer servers understand: the grammar here is that of 18, a target may run 15.

A small table of our own, held against real servers by a test. Part of the adapter: only reading.py uses it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from postgast import pg_query_pb2 as pg

from orchestrator.domain.shape import Name
from orchestrator.validation.changes import Feature
from orchestrator.validation.grammar.nodes import Node, Source, option, qualified, strings
from orchestrator.validation.grammar.tree import every

#: without one of these a statement is not looked at; in lower case
_TRIGGERS: Final = (
    *("analyze", "any_value", "array_rev", "array_s", "at local", "casefold", "copy", "crc32", "date_add"),
    *("date_sub", "enforced", "erf(", "erfc(", "gamma(", "icu_", "is json", "json(", "json_", "maintain"),
    *("merge", "no inherit", "not json", "overlaps", "period", "pg_basetype", "pg_get_acl", "pg_input"),
    *("random(", "random_n", "regtypemod", "set expression", "statistics", " storage ", "system_user"),
    *("to_bin", "to_oct", "unicode", "uuidv", "uuid_e", "vacuum", "virtual", "with inherit", "with set"),
    "xmltext",
)
#: nor without one of these: a sub-select in FROM, perhaps without an alias; a constraint NOT NULL by itself;
#: a column without STORED. One by one they are faster than in one expression.
_SHAPES: Final = tuple(
    re.compile(shape)
    for shape in (
        r"from\s*\(\s*(?:select|values|with)",
        r"join\s*\(\s*(?:select|values|with)",
        r"using\s*\(\s*(?:select|values|with)",
        r"lateral\s*\(\s*(?:select|values|with)",
        r",\s*\(\s*(?:select|values|with)",
        r"add\s+not\s+null",
        r",\s*not\s+null",
        r"constraint\s+\S+\s+not\s+null",
        r"always\s+as\s*\(",
    )
)

#: functions by the version that brought them
FUNCTIONS: Final[Mapping[str, int]] = {
    "any_value": 16,
    "array_sample": 16,
    "array_shuffle": 16,
    "date_add": 16,
    "date_subtract": 16,
    "erf": 16,
    "erfc": 16,
    "pg_input_error_info": 16,
    "pg_input_is_valid": 16,
    "random_normal": 16,
    "system_user": 16,
    "icu_unicode_version": 17,
    "pg_basetype": 17,
    "to_bin": 17,
    "to_oct": 17,
    "to_regtypemod": 17,
    "unicode_assigned": 17,
    "unicode_version": 17,
    "uuid_extract_timestamp": 17,
    "uuid_extract_version": 17,
    "xmltext": 17,
    "array_reverse": 18,
    "array_sort": 18,
    "casefold": 18,
    "crc32": 18,
    "crc32c": 18,
    "gamma": 18,
    "lgamma": 18,
    "pg_get_acl": 18,
    "uuidv4": 18,
    "uuidv7": 18,
}
_RANDOM_WITH_BOUNDS: Final = 2
RETURNING_OLD: Final = "RETURNING old and new"
_OLD_AND_NEW: Final = frozenset({"old", "new"})

Found = tuple[str, int, int]


def features_of(statement: Node, source: Source) -> Iterator[Feature]:
    """Yield what this statement says that servers before some version refuse."""
    if not may_have_features(source.text) and not _may_return_old(source.text):
        return
    told = set()
    for feature in _below(statement, source):
        if feature.words not in told:
            told.add(feature.words)
            yield feature


def may_have_features(text: str) -> bool:
    """Tell cheaply whether a second look is worth while."""
    lower = text.lower()
    for each in _TRIGGERS:  # any() takes longer, and every statement comes here
        if each in lower:
            return True
    return any(shape.search(lower) for shape in _SHAPES)


def _may_return_old(text: str) -> bool:
    lower = text.lower()
    return "returning" in lower and ("old" in lower or "new" in lower)


def _below(statement: Node, source: Source) -> Iterator[Feature]:
    for node in every(statement, but_below={"RuleStmt"}):  # old and new are of every version there
        kind = node.DESCRIPTOR.name
        look = _LOOKS.get(kind)
        if look is not None:
            for words, since, location in look(node):
                yield Feature(offset=source.at(location), words=words, since_major=since)
        if kind == "FuncCall":
            yield from _function(node, source)


def _function(node: Node, source: Source) -> Iterator[Feature]:
    name, offset = qualified(node.funcname), source.at(node.location)
    if name.schema not in {None, "pg_catalog"}:
        return
    if name == Name("pg_catalog", "timezone") and len(node.args) == 1:
        yield Feature(offset=offset, words="AT LOCAL", since_major=17)
    elif name.name == "random" and len(node.args) == _RANDOM_WITH_BOUNDS:
        yield Feature(offset=offset, words="random(min, max)", since_major=17, function=str(name))
    elif name.name in FUNCTIONS:
        since = FUNCTIONS[name.name]
        yield Feature(offset=offset, words=f"{name.name}()", since_major=since, function=str(name))


def _plain(words: str, since: int) -> Callable[[Node], Iterator[Found]]:
    """Make a look at a node that is new by itself."""

    def look(node: Node) -> Iterator[Found]:
        yield words, since, getattr(node, "location", 0)

    return look


def _merge(node: Node) -> Iterator[Found]:
    if node.HasField("returning_clause"):
        yield "MERGE … RETURNING", 17, 0
    clauses = [each.merge_when_clause for each in node.merge_when_clauses]
    if any(each.match_kind == pg.MERGE_WHEN_NOT_MATCHED_BY_SOURCE for each in clauses):
        yield "MERGE … WHEN NOT MATCHED BY SOURCE", 17, 0


def _returning(node: Node) -> Iterator[Found]:
    if node.options:
        yield "RETURNING WITH (OLD AS …)", 18, node.options[0].returning_option.location


def _changing(node: Node) -> Iterator[Found]:
    """Look for RETURNING old.x, unless a table is called so."""
    own = _relations(node)
    for column in _columns(node.returning_clause):
        words = strings(column.fields)
        if len(words) > 1 and words[0] in _OLD_AND_NEW - own:
            yield RETURNING_OLD, 18, column.location
            return


def _relations(node: Node) -> frozenset[str]:
    found = set()
    for each in _each(node, "RangeVar"):
        found |= {each.alias.aliasname or each.relname}
    return frozenset(found | {each.aliasname for each in _each(node, "Alias")})


def _columns(node: Node) -> Iterator[Node]:
    return (each for each in _each(node, "ColumnRef") if len(strings(each.fields)) > 1)


def _each(node: Node, kind: str) -> Iterator[Node]:
    return (each for each in every(node) if each.DESCRIPTOR.name == kind)


def _constraint(node: Node) -> Iterator[Found]:
    match node.contype:
        case pg.CONSTR_GENERATED if node.generated_kind == "v":
            yield "a virtual generated column", 18, node.location
        case pg.CONSTR_NOTNULL if node.keys:
            yield "NOT NULL as a constraint of the table", 18, node.location
        case pg.CONSTR_NOTNULL if node.is_no_inherit:
            yield "NOT NULL NO INHERIT", 18, node.location
        case pg.CONSTR_FOREIGN if node.fk_with_period:
            yield "FOREIGN KEY … PERIOD", 18, node.location
        case pg.CONSTR_PRIMARY | pg.CONSTR_UNIQUE if node.without_overlaps:
            yield "WITHOUT OVERLAPS", 18, node.location
        case pg.CONSTR_ATTR_NOT_ENFORCED | pg.CONSTR_ATTR_ENFORCED:
            yield "NOT ENFORCED", 18, node.location
    if node.contype in {pg.CONSTR_CHECK, pg.CONSTR_FOREIGN} and not node.is_enforced:
        yield "NOT ENFORCED", 18, node.location


def _column(node: Node) -> Iterator[Found]:
    if node.storage_name:
        yield "STORAGE beside a column", 16, node.location


def _command(node: Node) -> Iterator[Found]:
    if node.subtype == pg.AT_SetExpression:
        yield "ALTER COLUMN … SET EXPRESSION", 17, 0
    elif node.subtype == pg.AT_SetStatistics and not getattr(node, "def").WhichOneof("node"):
        yield "SET STATISTICS DEFAULT", 17, 0


def _alter_constraint(node: Node) -> Iterator[Found]:
    if node.alter_enforceability or node.alter_inheritability:
        yield "ALTER CONSTRAINT … [NOT] ENFORCED, [NO] INHERIT", 18, 0


def _copy(node: Node) -> Iterator[Found]:
    for name, since in {"on_error": 17, "log_verbosity": 17, "reject_limit": 18, "default": 16}.items():
        found = option(node.options, name)
        if found is not None:
            yield f"COPY … {name.upper()}", since, found.location


def _grant_role(node: Node) -> Iterator[Found]:
    for name in ("inherit", "set"):
        found = option(node.opt, name)
        if found is not None:
            yield f"GRANT … WITH {name.upper()}", 16, found.location


def _privilege(node: Node) -> Iterator[Found]:
    if node.priv_name == "maintain":
        yield "the privilege MAINTAIN", 17, 0


def _sub_select(node: Node) -> Iterator[Found]:
    if not node.HasField("alias"):
        yield "a sub-select in FROM without an alias", 16, 0


def _statistics(node: Node) -> Iterator[Found]:
    if not node.defnames:
        yield "CREATE STATISTICS without a name", 16, 0


def _vacuum(node: Node) -> Iterator[Found]:
    for name in ("buffer_usage_limit", "skip_database_stats", "only_database_stats", "process_main"):
        found = option(node.options, name)
        if found is not None:
            yield f"{name.upper()} of VACUUM and ANALYZE", 16, found.location


def _json(node: Node) -> Iterator[Found]:
    if node.unique_keys:
        yield "JSON(… WITH UNIQUE KEYS)", 17, node.location  # json('{}') is also a plain cast


_CONSTRUCTOR: Final = "JSON_OBJECT and JSON_ARRAY with SQL's own syntax"
_LOOKS: Final[Mapping[str, Callable[[Node], Iterator[Found]]]] = {
    "MergeStmt": _merge,
    "MergeSupportFunc": _plain("merge_action()", 17),
    "ReturningClause": _returning,
    "InsertStmt": _changing,
    "UpdateStmt": _changing,
    "DeleteStmt": _changing,
    "Constraint": _constraint,
    "ColumnDef": _column,
    "AlterTableCmd": _command,
    "ATAlterConstraint": _alter_constraint,
    "CopyStmt": _copy,
    "GrantRoleStmt": _grant_role,
    "AccessPriv": _privilege,
    "RangeSubselect": _sub_select,
    "CreateStatsStmt": _statistics,
    "VacuumStmt": _vacuum,
    "JsonTable": _plain("JSON_TABLE", 17),
    "JsonFuncExpr": _plain("JSON_EXISTS, JSON_QUERY and JSON_VALUE", 17),
    "JsonParseExpr": _json,
    "JsonScalarExpr": _plain("JSON_SCALAR", 17),
    "JsonSerializeExpr": _plain("JSON_SERIALIZE", 17),
    "JsonObjectConstructor": _plain(_CONSTRUCTOR, 16),
    "JsonArrayConstructor": _plain(_CONSTRUCTOR, 16),
    "JsonArrayQueryConstructor": _plain(_CONSTRUCTOR, 16),
    "JsonObjectAgg": _plain("JSON_OBJECTAGG and JSON_ARRAYAGG", 16),
    "JsonArrayAgg": _plain("JSON_OBJECTAGG and JSON_ARRAYAGG", 16),
    "JsonIsPredicate": _plain("IS JSON", 16),
}
