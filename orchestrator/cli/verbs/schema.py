"""`bascule schema`: a target's tables, and its policies as the team's own query shows them."""

from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import Json, SettingsFile, Target, opened
from orchestrator.cli.output import Output

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orchestrator.catalog.schema import Column, Policy, Table


def command(
    target: Target,
    *,
    policies: Annotated[bool, typer.Option("--policies", help="Show the policies instead.")] = False,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Show a target's tables with columns, constraints, indexes and row level security, or its policies."""
    from orchestrator.actions.asking import policy_of
    from orchestrator.catalog.schema import read

    output = Output(as_json=json)
    with opened(settings) as house:
        policy_of(target, house.policies)
        with house.targets.reading(target) as reader, reader.asking() as database:
            schema = read(database)
    if json:
        output.result(schema.policies if policies else schema)
    elif policies:
        _tell_policies(output, schema.policies)
    else:
        for table in schema.tables:
            _tell_table(output, table)


def _tell_policies(output: Output, policies: "Iterable[Policy]") -> None:
    output.table(
        ("table", "policy", "command", "roles", "using", "check"),
        [
            (
                f"{one.schemaname}.{one.tablename}",
                one.policyname + ("" if one.permissive == "PERMISSIVE" else " (restrictive)"),
                one.cmd,
                ", ".join(one.roles),
                one.qual or "",
                one.with_check or "",
            )
            for one in policies
        ],
    )


def _tell_table(output: Output, table: "Table") -> None:
    security = "row level security on" if table.row_security else "row level security OFF"
    about = f"   ({security})" if table.kind in "rp" else ""
    output.say(f"{table.schema}.{table.name}{about}", style="bold")
    for column in table.columns:
        output.say(f"  {_words_of(column)}")
    for defined in (*table.constraints, *table.indexes):
        output.say(f"  {defined.name}: {defined.definition}", style="dim")


def _words_of(column: "Column") -> str:
    words = [column.name, column.type, "not null" if column.not_null else ""]
    if column.default:
        words.append(("generated " if column.generated else "default ") + column.default)
    return " ".join(filter(None, words))
