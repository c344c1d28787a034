"""`bascule new`: a migration, its rollback and a test of who may do what, from a template."""

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from orchestrator.cli.options import Json
from orchestrator.cli.output import Output
from orchestrator.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from orchestrator.authoring.draft import Draft

_LINKED = 2


def command(
    description: Annotated[
        str | None, typer.Argument(help='What it does: "create customer invoices table".', show_default=False)
    ] = None,
    *,
    template: Annotated[
        str | None,
        typer.Option("--template", help="A template's name; else what the description asks for."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--in", help="The folder that holds migrations/, or its parent; else ./supabase."),
    ] = None,
    table: Annotated[
        str | None, typer.Option("--table", help="The table, where the description names none.")
    ] = None,
    column: Annotated[
        str | None, typer.Option("--column", help="The column, where the description names none.")
    ] = None,
    links: Annotated[
        str | None, typer.Option("--links", help="The two tables that a junction links: products,categories.")
    ] = None,
    bucket: Annotated[
        str | None, typer.Option("--bucket", help="The bucket, where the description names none.")
    ] = None,
    list_templates: Annotated[bool, typer.Option("--list", help="List the templates and stop.")] = False,
    json: Json = False,
) -> None:
    """Write a migration, its rollback and a test of who may do what, from a template."""
    from orchestrator.actions.writing import write_new
    from orchestrator.authoring.naming import LONGEST, is_cut
    from orchestrator.authoring.template import asked_for, named

    output = Output(as_json=json)
    if list_templates:
        _list(output)
        return
    if description is None:
        raise typer.BadParameter("say what the migration does", param_hint="DESCRIPTION")
    given = {"table": table, "column": column, "bucket": bucket, **_linked(links)}
    chosen = named(template) if template is not None else asked_for(description)
    draft, paths = write_new(
        description,
        chosen,
        {name: value for name, value in given.items() if value is not None},
        folder=folder,
        now=datetime.now(UTC),
    )
    if is_cut(description) and not json:
        output.say(f"the description is longer than {LONGEST} letters: in the names of the files it is cut")
    if json:
        output.result(_summary(draft, paths))
    else:
        _tell(output, draft, paths, hint="" if template is not None else _hint(description, draft.template))


def _linked(links: str | None) -> dict[str, str]:
    if links is None:
        return {}
    tables = [table.strip() for table in links.split(",")]
    if len(tables) != _LINKED:
        raise ConfigurationError(
            f'--links "{links}" does not name two tables',
            code="template-value",
            remedy="write both with a comma between: --links products,categories",
        )
    return dict(zip(("left", "right"), tables, strict=True))


def _list(output: Output) -> None:
    from orchestrator.authoring.template import templates

    if output.as_json:
        output.result([{"name": one.name, "about": one.about} for one in templates()])
        return
    width = max(len(one.name) for one in templates()) + 2
    for one in templates():
        output.say(f"{one.name:{width}}{one.about}", hang=width)


def _summary(draft: "Draft", paths: tuple[Path, ...]) -> dict[str, object]:
    files = dict(zip(("migration", "rollback", "test"), map(str, paths), strict=True))
    return {"template": draft.template, "values": draft.values, **files}


def _hint(description: str, chosen: str) -> str:
    """Say why it is this template, and which other one may be meant."""
    from orchestrator.authoring.template import BLANK, likely

    if chosen != BLANK:
        return " (what the description asks for; --list tells the others)"
    other = likely(description)
    perhaps = f"perhaps --template {other.name}" if other else "--list tells all"
    return f" (no template was recognised; {perhaps})"


def _tell(output: Output, draft: "Draft", paths: tuple[Path, ...], *, hint: str) -> None:
    output.say(f"template {draft.template}{hint}")
    for path in paths:
        _whole(output, f"wrote {path}")
    migration, *_ = paths
    output.say("next:")
    output.say("  1. fill in what says TODO, in all three")
    _whole(output, f"  2. {shlex.join(['bascule', 'validate', str(migration)])}")
    _whole(output, f"  3. {shlex.join(['git', 'add', *map(str, paths)])}")


def _whole(output: Output, line: str) -> None:
    """Print a line that people copy: it is never broken."""
    output.console.print(Text(line), soft_wrap=True)
