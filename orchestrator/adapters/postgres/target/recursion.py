"""Find policies that end up reading the table that they protect; pure."""

from collections import defaultdict
from collections.abc import Iterable

from orchestrator.validation.grammar.demands import relations_in

Table = tuple[str, str]


def recursive_policies(policies: Iterable[tuple[str, str, str, str]]) -> list[str]:
    """Return "name on schema.table" of every policy from whose table a way leads back to it.

    Each policy is (schema, table, name, expression). A name without a schema means any schema, so the answer
    may name too much where tables of one name stand in several.
    """
    known = list(policies)
    tables = {(schema, table) for schema, table, _, _ in known}
    reads: dict[Table, set[Table]] = defaultdict(set)
    by_policy: dict[tuple[str, str, str], set[Table]] = {}
    for schema, table, name, expression in known:
        read = _tables_read(expression, tables)
        by_policy[schema, table, name] = read
        reads[schema, table] |= read
    return sorted(
        f"{name} on {schema}.{table}"
        for (schema, table, name), read in by_policy.items()
        if (schema, table) in _reachable(read, reads)
    )


def _tables_read(expression: str, tables: set[Table]) -> set[Table]:
    named = relations_in(expression)
    return {
        (schema, table)
        for schema, table in tables
        for relation in named
        if relation.name == table and relation.schema in (None, schema)
    }


def _reachable(start: set[Table], reads: dict[Table, set[Table]]) -> set[Table]:
    seen: set[Table] = set()
    ahead = list(start)
    while ahead:
        table = ahead.pop()
        if table not in seen:
            seen.add(table)
            ahead += reads[table]
    return seen
